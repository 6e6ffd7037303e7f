// SPDX-License-Identifier: Apache-2.0
//
// Class: circle of a group and a task. Reported: as it forms (D7), and ends the program: nobody else could help.
//
// blocking: yes
// sentence: corpus: a goroutine of a group joins a task that waits for the group
// guarantee: D7.1
// engines: both
// expect-exit: 2
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^fatal error: deadlock: .*group 0x[0-9a-f]+ to which belongs goroutine
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* g = new weft::group;
    const weft::chan<weft::task<void>*> made(1);
    g->go([=] { made.recv().value()->join(); });
    made.send(new weft::task<void>(weft::spawn([=] { static_cast<void>(g->wait()); })));
    weft::testing::settle();
    std::puts("main goes on");
  });
}

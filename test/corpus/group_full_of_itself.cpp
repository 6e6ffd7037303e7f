// SPDX-License-Identifier: Apache-2.0
//
// Class: circle through a limit. Reported: when the run ends (D9); not as it forms, because nobody knows who else
// could leave.
//
// blocking: yes
// sentence: corpus: a goroutine of a group with one place starts another
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[semacquire,
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* g = new weft::group;
    g->limit(1);
    g->go([=] { g->go([] {}); });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

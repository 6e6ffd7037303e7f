// SPDX-License-Identifier: Apache-2.0
//
// Class: send on a closed channel. Reported: as a panic (C4).
//
// blocking: no
// sentence: corpus: a producer goes on after the channel was closed
// guarantee: C4
// engines: both
// expect-exit: 2
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^panic: send on closed channel$
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    const weft::chan<int> events(1);
    events.close();
    weft::go([=] { events.send(1); });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

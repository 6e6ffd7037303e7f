// SPDX-License-Identifier: Apache-2.0
//
// Class: double close. Reported: as a panic (C4).
//
// blocking: no
// sentence: corpus: two goroutines that both close a channel
// guarantee: C4
// engines: both
// expect-exit: 2
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^panic: close of closed channel$
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    const weft::chan<int> done;
    for (int i = 0; i < 2; ++i) weft::go([=] { done.close(); });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

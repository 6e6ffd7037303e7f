// SPDX-License-Identifier: Apache-2.0
//
// Class: nil channel. Reported: when the run ends (D9).
//
// blocking: yes
// sentence: corpus: a channel that was never made
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[chan receive \(nil chan\)
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    const weft::chan<int> never(nullptr);
    weft::go([=] { never.recv(); });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

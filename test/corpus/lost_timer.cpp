// SPDX-License-Identifier: Apache-2.0
//
// Class: lost timer. Reported: when the run ends (D9).
//
// blocking: yes
// sentence: corpus: a timer is stopped while somebody waits for it
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[chan receive,
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
#include <chrono>
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* late = new weft::timer(std::chrono::hours(1));
    weft::go([=] { late->channel().recv(); });
    late->stop();
    weft::testing::settle();
    std::puts("main goes on");
  });
}

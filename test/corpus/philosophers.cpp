// SPDX-License-Identifier: Apache-2.0
//
// Class: AB-BA over five locks. Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: five philosophers who each hold the left fork
// guarantee: D7.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*(, which waits for mutex 0x[0-9a-f]+ held by goroutine [0-9]+){4}, unless
// expect-stdout: ^main goes on$
#include <cstdio>
#include <mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    constexpr std::size_t n = 5;
    auto* forks = new weft::mutex[n];
    auto* seated = new weft::barrier(n);
    for (std::size_t i = 0; i < n; ++i) {
      weft::go([=] {
        const std::scoped_lock left(forks[i]);
        seated->arrive_and_wait();
        const std::scoped_lock right(forks[(i + 1) % n]);
      });
    }
    weft::testing::settle();
    std::puts("main goes on");
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// Class: AB-BA (the class of kubernetes 13135, moby 4951). Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: two goroutines that take two locks in opposite orders
// guarantee: D7.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*mutex 0x[0-9a-f]+ held by goroutine [0-9]+, which waits for mutex
// expect-stdout: ^main goes on$
#include <cstdio>
#include <mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* pods = new weft::mutex;
    auto* nodes = new weft::mutex;
    auto* both = new weft::barrier(2);
    weft::go([=] {
      const std::scoped_lock first(*pods);
      both->arrive_and_wait();
      const std::scoped_lock second(*nodes);
    });
    weft::go([=] {
      const std::scoped_lock first(*nodes);
      both->arrive_and_wait();
      const std::scoped_lock second(*pods);
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

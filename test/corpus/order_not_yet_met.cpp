// SPDX-License-Identifier: Apache-2.0
//
// Class: AB-BA that has not happened. Reported: when both orders have been seen, if WEFT_DIAG=lockorder asks for
// it (D8).
//
// blocking: no
// sentence: corpus: two locks in both orders, one after the other
// guarantee: D8.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=lockorder
// expect-stderr: ^weft: lock order: mutex 0x[0-9a-f]+ and mutex 0x[0-9a-f]+ are taken in both orders
// expect-stdout: ^main goes on$
#include <cstdio>
#include <mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* a = new weft::mutex;
    auto* b = new weft::mutex;
    weft::spawn([=] {
      const std::scoped_lock first(*a);
      const std::scoped_lock second(*b);
    }).join();
    weft::spawn([=] {
      const std::scoped_lock first(*b);
      const std::scoped_lock second(*a);
    }).join();
    weft::testing::settle();
    std::puts("main goes on");
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// Class: upgrade of a read lock. Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: a reader that goes on to write
// guarantee: D7.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*shared_mutex 0x[0-9a-f]+ held by itself
// expect-stdout: ^main goes on$
#include <cstdio>
#include <mutex>
#include <shared_mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* table = new weft::shared_mutex;
    weft::go([=] {
      const std::shared_lock read(*table);
      const std::scoped_lock write(*table);
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// Class: AB-BA of a mutex and a read-write lock (the class of hugo 3251). Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: a writer and the holder of a mutex that want what the other has
// guarantee: D7.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*shared_mutex 0x[0-9a-f]+ held by
// expect-stdout: ^main goes on$
#include <cstdio>
#include <mutex>
#include <shared_mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* pages = new weft::shared_mutex;
    auto* sites = new weft::mutex;
    auto* both = new weft::barrier(2);
    weft::go([=] {
      const std::scoped_lock first(*pages);
      both->arrive_and_wait();
      const std::scoped_lock second(*sites);
    });
    weft::go([=] {
      const std::scoped_lock first(*sites);
      both->arrive_and_wait();
      const std::shared_lock second(*pages);
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

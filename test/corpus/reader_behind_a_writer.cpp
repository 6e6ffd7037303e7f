// SPDX-License-Identifier: Apache-2.0
//
// Class: RWR over a second lock (the class of kubernetes 62464). Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: a writer that was waited for by a reader needs what the reader has
// guarantee: D7.8
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*shared_mutex 0x[0-9a-f]+ held by goroutine
// expect-stdout: ^main goes on$
#include <cstdio>
#include <mutex>
#include <shared_mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* table = new weft::shared_mutex;
    auto* m = new weft::mutex;
    table->lock_shared();
    weft::go([=] {
      const std::scoped_lock write(*table);
      const std::scoped_lock hold(*m);
    });
    weft::testing::settle();
    weft::go([=] {
      const std::scoped_lock hold(*m);
      const std::shared_lock read(*table);
    });
    weft::testing::settle();
    table->unlock_shared();
    weft::testing::settle();
    std::puts("main goes on");
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// Class: upgrade of a read lock. Reported: when the run ends (D9); not as it forms, because nobody knows who else
// could unlock: of several readers none is known.
//
// blocking: yes
// sentence: corpus: two readers that both go on to write
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[sync\.RWMutex\.Lock,
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
#include <cstdio>
#include <mutex>
#include <shared_mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* table = new weft::shared_mutex;
    auto* both = new weft::barrier(2);
    for (int i = 0; i < 2; ++i) {
      weft::go([=] {
        const std::shared_lock read(*table);
        both->arrive_and_wait();
        const std::scoped_lock write(*table);
      });
    }
    weft::testing::settle();
    std::puts("main goes on");
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// Class: RWR (the class of cockroach 3710). Reported: when the run ends (D9); not as it forms, because nobody
// knows who else could unlock: of several readers none is known.
//
// blocking: yes
// sentence: corpus: the same, while another reads, too
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[sync\.RWMutex\.RLock,
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
    table->lock_shared();
    weft::go([=] {
      const std::shared_lock outer(*table);
      weft::go([=] { const std::scoped_lock write(*table); });
      weft::testing::settle();
      const std::shared_lock inner(*table);
    });
    weft::testing::settle();
    weft::testing::settle();
    table->unlock_shared();
    weft::testing::settle();
    std::puts("main goes on");
  });
}

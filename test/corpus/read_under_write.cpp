// SPDX-License-Identifier: Apache-2.0
//
// Class: double lock of a read-write lock (the class of etcd 6708). Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: a writer that also reads
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
      const std::scoped_lock write(*table);
      const std::shared_lock read(*table);
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

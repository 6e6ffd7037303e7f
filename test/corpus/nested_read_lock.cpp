// SPDX-License-Identifier: Apache-2.0
//
// Class: RWR (the class of cockroach 6181, kubernetes 58107). Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: a reader that reads again while a writer waits
// guarantee: D7.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*behind the writer
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
      const std::shared_lock outer(*table);
      weft::go([=] { const std::scoped_lock write(*table); });
      weft::testing::settle();
      const std::shared_lock inner(*table);
    });
    weft::testing::settle();
    weft::testing::settle();
    std::puts("main goes on");
  });
}

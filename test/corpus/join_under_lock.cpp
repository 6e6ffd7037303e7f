// SPDX-License-Identifier: Apache-2.0
//
// Class: lock and join mixed. Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: a task is joined under the lock that it needs
// guarantee: D7.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*task 0x[0-9a-f]+ of goroutine
// expect-stdout: ^main goes on$
#include <cstdio>
#include <mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* m = new weft::mutex;
    weft::go([=] {
      const std::scoped_lock hold(*m);
      auto worker = weft::spawn([=] { const std::scoped_lock inner(*m); });
      worker.join();
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// Class: lock and join mixed, over two joins. Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: a task is joined under the lock that a task of its own needs
// guarantee: D7.7
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*, which waits for task 0x[0-9a-f]+ of goroutine
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
      auto outer = weft::spawn([=] {
        auto inner = weft::spawn([=] { const std::scoped_lock again(*m); });
        inner.join();
      });
      outer.join();
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

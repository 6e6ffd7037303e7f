// SPDX-License-Identifier: Apache-2.0
//
// Class: lock and wait group mixed (the class of cockroach 1055). Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: a wait_group is waited for under the lock that its goroutines need
// guarantee: D7.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*wait_group 0x[0-9a-f]+ to which belongs
// expect-stdout: ^main goes on$
#include <cstdio>
#include <mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* m = new weft::mutex;
    auto* all = new weft::wait_group;
    weft::go([=] {
      const std::scoped_lock hold(*m);
      for (int i = 0; i < 3; ++i) all->go([=] { const std::scoped_lock inner(*m); });
      all->wait();
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

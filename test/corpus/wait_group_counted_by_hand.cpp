// SPDX-License-Identifier: Apache-2.0
//
// Class: lock and wait group mixed (the class of cockroach 1055). Reported: when the run ends (D9); not as it
// forms, because nobody knows who else could call done().
//
// blocking: yes
// sentence: corpus: the same with add() and done()
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[sync\.WaitGroup\.Wait,
// expect-stderr: ^goroutine [0-9]+ \[sync\.Mutex\.Lock,
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
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
      all->add(1);
      weft::go([=] {
        const std::scoped_lock inner(*m);
        all->done();
      });
      all->wait();
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

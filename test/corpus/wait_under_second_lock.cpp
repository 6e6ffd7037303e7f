// SPDX-License-Identifier: Apache-2.0
//
// Class: condition and lock mixed (the class of moby 30408). Reported: when the run ends (D9); not as it forms,
// because nobody knows who else could notify.
//
// blocking: yes
// sentence: corpus: a condition is waited for under a second lock, which the notifier needs
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[sync\.Cond\.Wait,
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
    auto* outer = new weft::mutex;
    auto* changed = new weft::condition;
    auto* both = new weft::barrier(2);
    weft::go([=] {
      const std::scoped_lock second(*outer);
      std::unique_lock hold(*m);
      both->arrive_and_wait();
      changed->wait(hold);
    });
    weft::go([=] {
      both->arrive_and_wait();
      const std::scoped_lock second(*outer);
      changed->notify_one();
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

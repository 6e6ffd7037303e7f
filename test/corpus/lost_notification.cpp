// SPDX-License-Identifier: Apache-2.0
//
// Class: condition (the class of moby 27782). Reported: when the run ends (D9); not as it forms, because nobody
// knows who else could notify.
//
// blocking: yes
// sentence: corpus: a condition is notified before anybody waits
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[sync\.Cond\.Wait,
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
#include <cstdio>
#include <mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* m = new weft::mutex;
    auto* changed = new weft::condition;
    changed->notify_one();
    weft::go([=] {
      std::unique_lock hold(*m);
      changed->wait(hold);
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

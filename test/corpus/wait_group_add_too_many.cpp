// SPDX-License-Identifier: Apache-2.0
//
// Class: wait group misuse. Reported: when the run ends (D9); not as it forms, because nobody knows who else could
// call done().
//
// blocking: yes
// sentence: corpus: more is counted than is done
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[sync\.WaitGroup\.Wait,
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* all = new weft::wait_group;
    weft::go([=] {
      all->add(3);
      for (int i = 0; i < 2; ++i) weft::go([=] { all->done(); });
      all->wait();
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

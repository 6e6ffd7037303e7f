// SPDX-License-Identifier: Apache-2.0
//
// Class: double lock (the class of cockroach 584). Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: a loop that goes on to its next round without unlocking
// guarantee: D7.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*held by itself
// expect-stdout: ^main goes on$
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* m = new weft::mutex;
    weft::go([=] {
      for (int round = 0; round < 2; ++round) {
        m->lock();
        if (round == 0) continue;  // forgets to unlock
        m->unlock();
      }
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

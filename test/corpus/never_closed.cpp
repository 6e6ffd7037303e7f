// SPDX-License-Identifier: Apache-2.0
//
// Class: missing close (the class of moby 4395). Reported: when the run ends (D9); not as it forms, because nobody
// knows who else could close it.
//
// blocking: yes
// sentence: corpus: a loop over a channel that nobody closes
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[chan receive,
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    const weft::chan<int> jobs;
    weft::go([=] {
      for (int job : jobs) static_cast<void>(job);
    });
    for (int i = 0; i < 3; ++i) jobs.send(i);
    weft::testing::settle();
    std::puts("main goes on");
  });
}

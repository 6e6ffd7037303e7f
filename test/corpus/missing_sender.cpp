// SPDX-License-Identifier: Apache-2.0
//
// Class: missing sender. Reported: when the run ends (D9); not as it forms, because nobody knows who else could
// send.
//
// blocking: yes
// sentence: corpus: a failure is not passed on, and the caller waits
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
    const weft::chan<int> result;
    weft::go([=] {
      const bool failed = true;
      if (failed) return;  // without a word
      result.send(1);
    });
    weft::go([=] { result.recv(); });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

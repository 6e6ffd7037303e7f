// SPDX-License-Identifier: Apache-2.0
//
// Class: context misuse (the class of cockroach 13197, kubernetes 25331). Reported: when the run ends (D9).
//
// blocking: yes
// sentence: corpus: a worker waits for the end of a context that nobody ends
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
    auto* scope = new weft::cancel_scope(weft::with_cancel(weft::background()));
    weft::go([=] { scope->done().recv(); });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

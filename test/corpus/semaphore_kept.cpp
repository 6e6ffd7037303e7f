// SPDX-License-Identifier: Apache-2.0
//
// Class: missing release. Reported: when the run ends (D9); not as it forms, because nobody knows who else could
// release it.
//
// blocking: yes
// sentence: corpus: a unit of a semaphore is not given back
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[semacquire,
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* places = new weft::semaphore(1);
    places->acquire();
    weft::go([=] { places->acquire(); });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

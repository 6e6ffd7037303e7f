// SPDX-License-Identifier: Apache-2.0
//
// Class: missing unlock. Reported: when the run ends (D9); not as it forms, because nobody knows who else could
// unlock.
//
// blocking: yes
// sentence: corpus: a goroutine that ends without unlocking
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[sync\.Mutex\.Lock,
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* m = new weft::mutex;
    weft::spawn([=] { m->lock(); }).join();
    weft::go([=] { m->lock(); });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

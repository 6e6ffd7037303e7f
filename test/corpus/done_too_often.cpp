// SPDX-License-Identifier: Apache-2.0
//
// Class: wait group misuse. Reported: as a panic (M8).
//
// blocking: no
// sentence: corpus: done() is called once more than add()
// guarantee: M8.5
// engines: both
// expect-exit: 2
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^panic: sync: negative WaitGroup counter$
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* all = new weft::wait_group;
    all->add(1);
    for (int i = 0; i < 2; ++i) weft::go([=] { all->done(); });
    weft::testing::settle();
    std::puts("main goes on");
  });
}

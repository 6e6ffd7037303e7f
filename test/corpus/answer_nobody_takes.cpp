// SPDX-License-Identifier: Apache-2.0
//
// Class: missing receiver (the class of kubernetes 5316, moby 33293). Reported: when it is asked for (D10).
//
// blocking: yes
// sentence: corpus: the caller is gone, and with it the channel
// guarantee: D10.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stdout: ^found: yes$
// expect-stdout: ^main goes on$
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

[[gnu::noinline]] void ask() {
  const weft::chan<int> answer;
  weft::go([=] { answer.send(42); });
}

}  // namespace

int main() {
  return weft::run([] {
    bool found = false;
    for (int round = 0; round < 10 && !found; ++round) {  // a word that happens to lie somewhere can hide one
      ask();
      weft::testing::settle();
      const auto stuck = weft::find_stuck();
      found = !stuck || stuck->size() == 1;
    }
    std::printf("found: %s\n", found ? "yes" : "no");
    std::puts("main goes on");
  });
}

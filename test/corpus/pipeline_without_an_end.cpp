// SPDX-License-Identifier: Apache-2.0
//
// Class: missing close in a pipeline (the class of moby 4395). Reported: when it is asked for (D10).
//
// blocking: yes
// sentence: corpus: two stages wait for a source that is gone
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

[[gnu::noinline]] void build() {
  const weft::chan<int> in, out;
  weft::go([=] {
    for (int n : in) out.send(2 * n);
    out.close();
  });
  weft::go([=] {
    for (int n : out) std::printf("%d\n", n);
  });
}

}  // namespace

int main() {
  return weft::run([] {
    bool found = false;
    for (int round = 0; round < 10 && !found; ++round) {  // a word that happens to lie somewhere can hide one
      build();
      weft::testing::settle();
      const auto stuck = weft::find_stuck();
      found = !stuck || stuck->size() == 2;
    }
    std::printf("found: %s\n", found ? "yes" : "no");
    std::puts("main goes on");
  });
}

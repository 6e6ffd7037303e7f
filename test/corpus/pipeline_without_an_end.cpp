// SPDX-License-Identifier: Apache-2.0
//
// Class: missing close in a pipeline (the class of moby 4395). Reported: when it is asked for (D10).
//
// sentence: corpus: two stages wait for a source that is gone
// guarantee: D10.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stdout: ^stuck: (2|cannot be told)$
// expect-stdout: ^main goes on$
#include <cstdio>
#include <string>

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
    build();
    weft::testing::settle();
    const auto stuck = weft::find_stuck();
    std::printf("stuck: %s\n", stuck ? std::to_string(stuck->size()).c_str() : "cannot be told");  // by a sanitizer
    std::puts("main goes on");
  });
}

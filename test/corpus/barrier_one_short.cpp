// SPDX-License-Identifier: Apache-2.0
//
// Class: barrier. Reported: when it is asked for (D10).
//
// blocking: yes
// sentence: corpus: one of three has not come, and nobody else knows the barrier
// guarantee: D10.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stdout: ^found: yes$
// expect-stdout: ^main goes on$
#include <memory>
#include <mutex>

#include "search.hpp"

namespace {

[[gnu::noinline]] void compute() {
  auto step = std::make_shared<weft::barrier<>>(3);
  for (int i = 0; i < 2; ++i) weft::go([step] { step->arrive_and_wait(); });
}

}  // namespace

int main() {
  return weft::run([] {
    print_whether_found(compute, 1);
    std::puts("main goes on");
  });
}

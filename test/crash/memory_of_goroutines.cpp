// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: S6.2
// sentence: a goroutine that has not run takes at most 200 bytes, one that waits on a channel 4.9 KB with page tables
// not-under: address (its records are larger), thread (likewise), emulator (it keeps tables of its own)
// env: GOMAXPROCS=1
// seconds: 60
// expect-exit: 0
// expect-stdout: bytes each not run$
// expect-stdout: bytes each waiting$
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "../memory_taken.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

constexpr int batches = 10;
constexpr int batch = 10'000;

}  // namespace

int main() {
  return weft::run([] {
    const weft::chan<int> never;
    const double before = memory_taken();
    // A batch is started in a millisecond or two. If that takes longer than a slice, because the machine is busy, the
    // goroutines run: the lightest batch counts.
    double not_run = 1e9;
    for (int b = 0; b < batches; ++b) {
      const double start = memory_taken();
      for (int i = 0; i < batch; ++i) weft::go([=] { never.recv(); });
      not_run = std::min(not_run, (memory_taken() - start) / batch);
      weft::testing::settle();
    }
    const double waiting = (memory_taken() - before) / (batches * batch);
    std::printf("%.0f bytes each not run\n%.0f bytes each waiting\n", not_run, waiting);
    std::fflush(nullptr);
    _exit(not_run <= 200 && waiting <= 4900 ? 0 : 1);
  });
}

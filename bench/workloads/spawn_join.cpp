// SPDX-License-Identifier: Apache-2.0
//
// What does it cost to have something done by a goroutine and take its result? Spawn one, join it, repeat.
// Operation: one spawn and join. Measured: start, switch to it, its end, the wake-up and the way back; memory is warm.
// Checksum: the sum of the results.
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count spawn_and_join(bench::count n) {
  bench::count sum = 0;
  for (bench::count i = 0; i < n; ++i) sum += weft::spawn([i] { return i; }).join();
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 500'000);
  return weft::run([&] { return bench::measure("spawn_join", plan, spawn_and_join, bench::sum_below(plan.n)); });
}

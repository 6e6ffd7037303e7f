// SPDX-License-Identifier: Apache-2.0
//
// What do the channel operations themselves cost, with nobody to switch to? One goroutine sends into a buffered
// channel and receives again. Operation: one send and one receive. Checksum: the sum of the items received.
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count pairs(bench::count n) {
  weft::chan<bench::count> line(128);
  bench::count sum = 0;
  for (bench::count i = 0; i < n; ++i) {
    line.send(i);
    sum += line.recv().value_or(0);
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 10'000'000);
  return weft::run([&] { return bench::measure("same_goroutine", plan, pairs, bench::sum_below(plan.n)); });
}

// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/same_goroutine.cpp.
#include "../harness.hpp"
#include "api.hpp"

namespace {

bench::count pairs(bench::count n) {
  peer::buffered line(128);
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
  return peer::run([&] { return bench::measure("same_goroutine", plan, pairs, bench::sum_below(plan.n)); });
}

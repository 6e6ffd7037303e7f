// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/spawn_join.cpp.
#include "../harness.hpp"
#include "api.hpp"

namespace {

bench::count spawn_and_join(bench::count n) {
  bench::count sum = 0;
  for (bench::count i = 0; i < n; ++i) {
    bench::count result = 0;
    peer::spawn([i, &result] { result = i; }).join();
    sum += result;
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 500'000);
  return peer::run([&] { return bench::measure("spawn_join", plan, spawn_and_join, bench::sum_below(plan.n)); });
}

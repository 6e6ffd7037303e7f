// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/fork_join.cpp. A task_group is oneTBB's spawn and join.
#include <tbb/task_group.h>

#include "workers.hpp"

namespace {

bench::count fib(bench::count n) {
  if (n < 2) return n;
  bench::count left = 0;
  tbb::task_group forked;
  forked.run([&left, n] { left = fib(n - 1); });
  const bench::count right = fib(n - 2);
  forked.wait();
  return left + right;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 32);
  const auto forks = static_cast<double>(bench::additions(plan.n));
  return in_arena([&] { return bench::measure_shares("fork_join", plan, fib, bench::fibonacci(plan.n), forks); });
}

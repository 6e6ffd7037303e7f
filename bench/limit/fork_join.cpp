// SPDX-License-Identifier: Apache-2.0
//
// The limit of ../workloads/fork_join.cpp on one core: nothing is forked.
#include "../harness.hpp"

namespace {

[[gnu::noinline]] bench::count fib(bench::count n) {
  if (n < 2) return n;
  return fib(n - 1) + fib(n - 2);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 32);
  const auto forks = static_cast<double>(bench::additions(plan.n));
  return bench::measure_shares("fork_join", plan, fib, bench::fibonacci(plan.n), forks);
}

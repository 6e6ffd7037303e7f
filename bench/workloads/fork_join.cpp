// SPDX-License-Identifier: Apache-2.0
//
// What does it cost to split work into very small pieces? The n-th Fibonacci number the slow way, every addition with
// one operand from a spawned goroutine. Operation: one addition (a spawn and a join); the 32nd number takes 3,524,577.
// Checksum: the number.
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count fib(bench::count n) {
  if (n < 2) return n;
  auto left = weft::spawn([n] { return fib(n - 1); });
  const bench::count right = fib(n - 2);
  return left.join() + right;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 32);
  const auto forks = static_cast<double>(bench::additions(plan.n));
  return weft::run([&] { return bench::measure_shares("fork_join", plan, fib, bench::fibonacci(plan.n), forks); });
}

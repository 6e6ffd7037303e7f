// SPDX-License-Identifier: Apache-2.0
//
// The limit of ../workloads/mutex_uncontended.cpp: one locked instruction.
#include "../harness.hpp"
#include "spin_lock.hpp"

namespace {

bench::count increments(bench::count n) {
  spin_lock lock;
  volatile bench::count counter = 0;
  for (bench::count i = 0; i < n; ++i) {
    lock.lock();
    counter = counter + 1;
    lock.unlock();
  }
  return counter;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 20'000'000);
  return bench::measure("mutex_uncontended", plan, increments, plan.n);
}

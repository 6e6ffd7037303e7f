// SPDX-License-Identifier: Apache-2.0
//
// The limit of ../workloads/same_goroutine.cpp: a ring under a lock of one locked instruction, twice.
#include "../harness.hpp"
#include "spin_lock.hpp"

namespace {

struct ring {
  spin_lock lock;
  volatile std::uint64_t head = 0, tail = 0;
  bench::count items[128];
};

bench::count pairs(bench::count n) {
  ring line;
  bench::count sum = 0;
  for (bench::count i = 0; i < n; ++i) {
    line.lock.lock();
    line.items[line.tail % 128] = i;
    line.tail = line.tail + 1;
    line.lock.unlock();
    line.lock.lock();
    sum += line.items[line.head % 128];
    line.head = line.head + 1;
    line.lock.unlock();
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 10'000'000);
  return bench::measure("same_goroutine", plan, pairs, bench::sum_below(plan.n));
}

// SPDX-License-Identifier: Apache-2.0
//
// What does a lock cost that eight goroutines want all the time? Operation: one lock and unlock around an increment.
// Checksum: the counter, which only mutual exclusion makes right.
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

constexpr bench::count goroutines = 8;

struct guarded {
  weft::mutex lock;
  bench::count counter = 0;
};

bench::count increments(bench::count n) {
  guarded shared;
  weft::wait_group all;
  for (bench::count g = 0; g < goroutines; ++g) {
    all.go([&shared, each = n / goroutines] {
      for (bench::count i = 0; i < each; ++i) {
        shared.lock.lock();
        ++shared.counter;
        shared.lock.unlock();
      }
    });
  }
  all.wait();
  return shared.counter;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 4'000'000, goroutines);
  return weft::run([&] { return bench::measure("mutex_8", plan, increments, plan.n); });
}

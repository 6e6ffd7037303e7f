// SPDX-License-Identifier: Apache-2.0
//
// What does a lock cost that eight goroutines (or BENCH_X) want all the time? Operation: one lock and unlock around an
// increment. Checksum: the counter, which only mutual exclusion makes right.
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

struct guarded {
  weft::mutex lock;
  bench::count counter = 0;
};

bench::count increments(bench::count n, bench::count goroutines) {
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
  const bench::count goroutines = bench::varied(argv[0], 8);
  const bench::plan plan = bench::read_plan(argc, argv, 4'000'000, goroutines);
  const auto body = [=](bench::count n) { return increments(n, goroutines); };
  return weft::run([&] { return bench::measure("mutex_8", plan, body, plan.n); });
}

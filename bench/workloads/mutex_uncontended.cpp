// SPDX-License-Identifier: Apache-2.0
//
// What does a lock cost that nobody else wants? Operation: one lock and unlock around an increment. Checksum: the
// counter.
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

struct guarded {
  weft::mutex lock;
  bench::count counter = 0;
};

bench::count increments(bench::count n) {
  guarded shared;
  for (bench::count i = 0; i < n; ++i) {
    shared.lock.lock();
    ++shared.counter;
    shared.lock.unlock();
  }
  return shared.counter;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 20'000'000);
  return weft::run([&] { return bench::measure("mutex_uncontended", plan, increments, plan.n); });
}

// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/mutex_uncontended.cpp.
#include "../harness.hpp"
#include "api.hpp"

namespace {

struct guarded {
  peer::mutex lock;
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
  peer::spawn([] {}).join();  // or the C library does without locked instructions, because there is only one thread
  return peer::run([&] { return bench::measure("mutex_uncontended", plan, increments, plan.n); });
}

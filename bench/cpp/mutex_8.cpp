// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/mutex_8.cpp.
#include <vector>

#include "../harness.hpp"
#include "api.hpp"

namespace {

struct guarded {
  peer::mutex lock;
  bench::count counter = 0;
};

bench::count increments(bench::count n, bench::count goroutines) {
  guarded shared;
  std::vector<decltype(peer::spawn([] {}))> all;
  for (bench::count g = 0; g < goroutines; ++g) {
    all.push_back(peer::spawn([&shared, each = n / goroutines] {
      for (bench::count i = 0; i < each; ++i) {
        shared.lock.lock();
        ++shared.counter;
        shared.lock.unlock();
      }
    }));
  }
  for (auto& one : all) one.join();
  return shared.counter;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::count goroutines = bench::varied(argv[0], 8);
  const bench::plan plan = bench::read_plan(argc, argv, 4'000'000, goroutines);
  const auto body = [=](bench::count n) { return increments(n, goroutines); };
  return peer::run([&] { return bench::measure("mutex_8", plan, body, plan.n); });
}

// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/yield1000.cpp.
#include <numeric>
#include <vector>

#include "../harness.hpp"
#include "api.hpp"

namespace {

bench::count yields(bench::count n, bench::count goroutines) {
  std::vector<bench::count> done(static_cast<std::size_t>(goroutines));
  std::vector<decltype(peer::spawn([] {}))> all;
  for (bench::count& mine : done) {
    all.push_back(peer::spawn([&mine, each = n / goroutines] {
      bench::count i = 0;
      for (; i < each; ++i) peer::yield();
      mine = i;
    }));
  }
  for (auto& one : all) one.join();
  return std::accumulate(done.begin(), done.end(), bench::count{0});
}

}  // namespace

int main(int argc, char** argv) {
  const bench::count goroutines = bench::varied(argv[0], 1000);
  const bench::plan plan = bench::read_plan(argc, argv, 3'000'000, goroutines);
  const auto body = [=](bench::count n) { return yields(n, goroutines); };
  return peer::run([&] { return bench::measure("yield1000", plan, body, plan.n); });
}

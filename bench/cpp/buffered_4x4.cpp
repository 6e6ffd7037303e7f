// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/buffered_4x4.cpp.
#include <array>
#include <vector>

#include "../harness.hpp"
#include "api.hpp"

namespace {

constexpr bench::count producers = 4;

bench::count items(bench::count n) {
  peer::buffered line(128);
  std::vector<decltype(peer::spawn([] {}))> sent, received;
  for (bench::count first = 0; first < producers; ++first) {
    sent.push_back(peer::spawn([&line, first, n] {
      for (bench::count i = first; i < n; i += producers) line.send(i);
    }));
  }
  std::array<bench::count, 4> sums{};
  for (bench::count& mine : sums) {
    received.push_back(peer::spawn([&mine, &line] {
      bench::count sum = 0;
      while (const auto i = line.recv()) sum += *i;
      mine = sum;
    }));
  }
  for (auto& one : sent) one.join();
  line.close();
  for (auto& one : received) one.join();
  return sums[0] + sums[1] + sums[2] + sums[3];
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 5'000'000, producers);
  return peer::run([&] { return bench::measure("buffered_4x4", plan, items, bench::sum_below(plan.n)); });
}

// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/buffered_4x4.cpp.
#include <numeric>
#include <vector>

#include "../harness.hpp"
#include "api.hpp"

namespace {

bench::count items(bench::count n, bench::count parties) {
  peer::buffered line(128);
  std::vector<decltype(peer::spawn([] {}))> sent, received;
  for (bench::count first = 0; first < parties; ++first) {
    sent.push_back(peer::spawn([&line, first, n, parties] {
      for (bench::count i = first; i < n; i += parties) line.send(i);
    }));
  }
  std::vector<bench::count> sums(static_cast<std::size_t>(parties));
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
  return std::accumulate(sums.begin(), sums.end(), bench::count{0});
}

}  // namespace

int main(int argc, char** argv) {
  const bench::count parties = bench::varied(argv[0], 4);
  const bench::plan plan = bench::read_plan(argc, argv, 5'000'000, parties);
  const auto body = [=](bench::count n) { return items(n, parties); };
  return peer::run([&] { return bench::measure("buffered_4x4", plan, body, bench::sum_below(plan.n)); });
}

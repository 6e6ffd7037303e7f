// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/pipeline.cpp.
#include <vector>

#include "../harness.hpp"
#include "api.hpp"

namespace {

constexpr bench::count stages = 3;

bench::count items(bench::count n) {
  peer::buffered first(128), second(128), third(128), last(128);
  std::vector<decltype(peer::spawn([] {}))> all;
  all.push_back(peer::spawn([&] {
    for (bench::count i = 0; i < n; ++i) first.send(i);
    first.close();
  }));
  const auto stage = [&all](peer::buffered& in, peer::buffered& out) {
    all.push_back(peer::spawn([&in, &out] {
      while (const auto i = in.recv()) out.send(*i + 1);
      out.close();
    }));
  };
  stage(first, second);
  stage(second, third);
  stage(third, last);
  bench::count sum = 0;
  while (const auto i = last.recv()) sum += *i;
  for (auto& one : all) one.join();
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return peer::run([&] { return bench::measure("pipeline", plan, items, bench::sum_below(plan.n) + stages * plan.n); });
}

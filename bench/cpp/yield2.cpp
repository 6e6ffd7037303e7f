// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/yield2.cpp.
#include <array>

#include "../harness.hpp"
#include "api.hpp"

namespace {

bench::count yields(bench::count n) {
  std::array<bench::count, 2> done{};
  const auto some = [n](bench::count& mine) {
    return peer::spawn([&mine, each = n / 2] {
      bench::count i = 0;
      for (; i < each; ++i) peer::yield();
      mine = i;
    });
  };
  auto first = some(done[0]), second = some(done[1]);
  first.join();
  second.join();
  return done[0] + done[1];
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 3'000'000, 2);
  return peer::run([&] { return bench::measure("yield2", plan, yields, plan.n); });
}

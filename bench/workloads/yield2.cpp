// SPDX-License-Identifier: Apache-2.0
//
// What does it cost to let the other one run? Two goroutines do nothing but yield to each other.
// Operation: one yield. Measured: the switch and the trip through the run queue. Checksum: the yields that returned.
#include <array>

#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count yields(bench::count n) {
  constexpr int goroutines = 2;
  std::array<bench::count, goroutines> done{};
  weft::wait_group all;
  for (bench::count& mine : done) {
    all.go([&mine, each = n / goroutines] {
      bench::count i = 0;
      for (; i < each; ++i) weft::yield();
      mine = i;
    });
  }
  all.wait();
  return done[0] + done[1];
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 3'000'000, 2);
  return weft::run([&] { return bench::measure("yield2", plan, yields, plan.n); });
}

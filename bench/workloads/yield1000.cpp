// SPDX-License-Identifier: Apache-2.0
//
// Does a switch stay cheap when the stacks no longer fit the first-level cache? A thousand goroutines yield in turn.
// Operation: one yield. Measured: as yield2, with 1000 stacks in use. Checksum: the yields that returned.
#include <numeric>
#include <vector>

#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

constexpr bench::count goroutines = 1000;

bench::count yields(bench::count n) {
  std::vector<bench::count> done(goroutines);
  weft::wait_group all;
  for (bench::count& mine : done) {
    all.go([&mine, each = n / goroutines] {
      bench::count i = 0;
      for (; i < each; ++i) weft::yield();
      mine = i;
    });
  }
  all.wait();
  return std::accumulate(done.begin(), done.end(), bench::count{0});
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 3'000'000, goroutines);
  return weft::run([&] { return bench::measure("yield1000", plan, yields, plan.n); });
}

// SPDX-License-Identifier: Apache-2.0
//
// Does a switch stay cheap when the stacks no longer fit the first-level cache? A thousand goroutines (or
// BENCH_X) yield in turn.
// Operation: one yield. Measured: as yield2, with 1000 stacks in use. Checksum: the yields that returned.
#include <numeric>
#include <vector>

#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count yields(bench::count n, bench::count goroutines) {
  std::vector<bench::count> done(static_cast<std::size_t>(goroutines));
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
  const bench::count goroutines = bench::varied(argv[0], 1000);
  const bench::plan plan = bench::read_plan(argc, argv, 3'000'000, goroutines);
  const auto body = [=](bench::count n) { return yields(n, goroutines); };
  return weft::run([&] { return bench::measure("yield1000", plan, body, plan.n); });
}

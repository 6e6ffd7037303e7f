// SPDX-License-Identifier: Apache-2.0
//
// Does a channel hold up when several goroutines use each end? Four producers and four consumers (or BENCH_X of
// each), room for 128.
// Operation: one item (a send and its receive). Checksum: the sum of the items received by all.
#include <numeric>
#include <vector>

#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count items(bench::count n, bench::count parties) {
  weft::chan<bench::count> line(128);
  weft::wait_group sent, received;
  for (bench::count first = 0; first < parties; ++first) {
    sent.go([=] {
      for (bench::count i = first; i < n; i += parties) line.send(i);
    });
  }
  std::vector<bench::count> sums(static_cast<std::size_t>(parties));
  for (bench::count& mine : sums) {
    received.go([&mine, line] {
      bench::count sum = 0;
      for (bench::count i : line) sum += i;
      mine = sum;
    });
  }
  sent.wait();
  line.close();
  received.wait();
  return std::accumulate(sums.begin(), sums.end(), bench::count{0});
}

}  // namespace

int main(int argc, char** argv) {
  const bench::count parties = bench::varied(argv[0], 4);
  const bench::plan plan = bench::read_plan(argc, argv, 5'000'000, parties);
  const auto body = [=](bench::count n) { return items(n, parties); };
  return weft::run([&] { return bench::measure("buffered_4x4", plan, body, bench::sum_below(plan.n)); });
}

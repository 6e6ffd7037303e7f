// SPDX-License-Identifier: Apache-2.0
//
// Does a channel hold up when several goroutines use each end? Four producers and four consumers, room for 128.
// Operation: one item (a send and its receive). Checksum: the sum of the items received by all.
#include <array>

#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

constexpr bench::count producers = 4;
constexpr std::size_t consumers = 4;

bench::count items(bench::count n) {
  weft::chan<bench::count> line(128);
  weft::wait_group sent, received;
  for (bench::count first = 0; first < producers; ++first) {
    sent.go([=] {
      for (bench::count i = first; i < n; i += producers) line.send(i);
    });
  }
  std::array<bench::count, consumers> sums{};
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
  return sums[0] + sums[1] + sums[2] + sums[3];
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 5'000'000, producers);
  return weft::run([&] { return bench::measure("buffered_4x4", plan, items, bench::sum_below(plan.n)); });
}

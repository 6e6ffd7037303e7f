// SPDX-License-Identifier: Apache-2.0
//
// What does an item cost over an unbuffered channel that only ever goes one way? One producer, one consumer.
// Operation: one item (a send and its receive). Checksum: the sum of the items received.
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count items(bench::count n) {
  weft::chan<bench::count> line;
  weft::go([=] {
    for (bench::count i = 0; i < n; ++i) line.send(i);
    line.close();
  });
  bench::count sum = 0;
  for (bench::count i : line) sum += i;
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 2'000'000);
  return weft::run([&] { return bench::measure("stream", plan, items, bench::sum_below(plan.n)); });
}

// SPDX-License-Identifier: Apache-2.0
//
// What does an item cost that passes through a pipeline? A source, three stages that each add one, and a sink, with
// buffered channels of 128 between them. Operation: one item from the source to the sink (four sends, four receives).
// Checksum: the sum of what reached the sink.
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

constexpr bench::count stages = 3;

using line = weft::chan<bench::count>;

bench::count items(bench::count n) {
  line in(128);
  weft::go([=] {
    for (bench::count i = 0; i < n; ++i) in.send(i);
    in.close();
  });
  for (bench::count s = 0; s < stages; ++s) {
    line out(128);
    weft::go([=] {
      for (bench::count i : in) out.send(i + 1);
      out.close();
    });
    in = out;
  }
  bench::count sum = 0;
  for (bench::count i : in) sum += i;
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return weft::run([&] { return bench::measure("pipeline", plan, items, bench::sum_below(plan.n) + stages * plan.n); });
}

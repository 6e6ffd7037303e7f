// SPDX-License-Identifier: Apache-2.0
//
// What does it cost to wait for whichever of four channels speaks first? A producer sends to four unbuffered channels
// in turn; the consumer blocks in a select over all of them. Operation: one item (a send and the select that takes
// it). Checksum: the sum of the items received.
#include <array>

#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count selects(bench::count n) {
  std::array<weft::chan<bench::count>, 4> lines;
  weft::go([=] {
    for (bench::count i = 0; i < n; ++i) lines[static_cast<std::size_t>(i % 4)].send(i);
  });
  bench::count sum = 0;
  const auto add = [&sum](std::optional<bench::count> v) { sum += v.value_or(0); };
  for (bench::count i = 0; i < n; ++i) {
    weft::select(weft::on_recv(lines[0], add), weft::on_recv(lines[1], add), weft::on_recv(lines[2], add),
                 weft::on_recv(lines[3], add));
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return weft::run([&] { return bench::measure("select_block", plan, selects, bench::sum_below(plan.n)); });
}

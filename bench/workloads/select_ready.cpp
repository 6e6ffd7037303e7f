// SPDX-License-Identifier: Apache-2.0
//
// What does it cost to choose among four channels when one of them has something? The same goroutine sends to the
// four buffered channels in turn and selects over all of them. Operation: one send and one select. Checksum: the sum
// of the items received.
#include <array>

#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count selects(bench::count n) {
  using line = weft::chan<bench::count>;
  std::array<line, 4> lines{line(1), line(1), line(1), line(1)};
  bench::count sum = 0;
  const auto add = [&sum](std::optional<bench::count> v) { sum += v.value_or(0); };
  for (bench::count i = 0; i < n; ++i) {
    lines[static_cast<std::size_t>(i % 4)].send(i);
    weft::select(weft::on_recv(lines[0], add), weft::on_recv(lines[1], add), weft::on_recv(lines[2], add),
                 weft::on_recv(lines[3], add));
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 3'000'000);
  return weft::run([&] { return bench::measure("select_ready", plan, selects, bench::sum_below(plan.n)); });
}

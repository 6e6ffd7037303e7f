// SPDX-License-Identifier: Apache-2.0
//
// What does a timer cost beside many others? A thousand of them (or BENCH_X) are armed, due far ahead in no order.
// Operation: one more is armed among them and called off again, as every call with a limit does. Checksum: how often
// stop() said that it came in time.
#include <chrono>
#include <vector>

#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

using std::chrono::microseconds;

/// Between one hour and two, spread evenly, each far from the one before.
microseconds ahead(bench::count i) { return microseconds(3'600'000'000 + i * 2'654'435'761 % 3'600'000'000); }

bench::count arm_and_stop(bench::count n, bench::count others) {
  const weft::timer one(ahead(others));
  bench::count stopped = 0;
  for (bench::count i = 0; i < n; ++i) {
    one.reset(ahead(others + i));
    stopped += one.stop() ? 1 : 0;
  }
  return stopped;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::count others = bench::varied(argv[0], 1000);
  const bench::plan plan = bench::read_plan(argc, argv, 3'000'000);
  const auto body = [=](bench::count n) { return arm_and_stop(n, others); };
  return weft::run([&] {
    std::vector<weft::timer> armed;
    armed.reserve(static_cast<std::size_t>(others));
    for (bench::count i = 0; i < others; ++i) armed.emplace_back(ahead(i));
    return bench::measure("timers", plan, body, plan.n);
  });
}

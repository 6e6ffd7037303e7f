// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/pipeline.cpp. The stages are serial and in order, as goroutines' are; as many
// items are under way as the channels of the others hold.
#include <tbb/parallel_pipeline.h>

#include "workers.hpp"

namespace {

constexpr bench::count stages = 3;
constexpr std::size_t under_way = 4 * 128;

bench::count items(bench::count n) {
  constexpr auto serial = tbb::filter_mode::serial_in_order;
  bench::count next = 0, sum = 0;
  const auto add_one = [](bench::count i) { return i + 1; };
  const auto stage = [&] { return tbb::make_filter<bench::count, bench::count>(serial, add_one); };
  const auto source = [&](tbb::flow_control& flow) {
    if (next == n) flow.stop();
    return next == n ? 0 : next++;
  };
  const auto sink = [&](bench::count i) { sum += i; };
  tbb::parallel_pipeline(under_way, tbb::make_filter<void, bench::count>(serial, source) & stage() & stage() & stage() &
                                        tbb::make_filter<bench::count, void>(serial, sink));
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return in_arena([&] { return bench::measure("pipeline", plan, items, bench::sum_below(plan.n) + stages * plan.n); });
}

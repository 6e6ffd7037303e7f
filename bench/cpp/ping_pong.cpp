// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/ping_pong.cpp.
#include "../harness.hpp"
#include "api.hpp"

namespace {

bench::count round_trips(bench::count n) {
  peer::unbuffered ping, pong;
  auto other = peer::spawn([&] {
    while (const auto i = ping.recv()) pong.send(*i + 1);
    pong.close();
  });
  bench::count sum = 0;
  for (bench::count i = 0; i < n; ++i) {
    ping.send(i);
    sum += pong.recv().value_or(0);
  }
  ping.close();
  const bool more = pong.recv().has_value();
  other.join();
  return more ? -1 : sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return peer::run([&] { return bench::measure("ping_pong", plan, round_trips, bench::sum_below(plan.n) + plan.n); });
}

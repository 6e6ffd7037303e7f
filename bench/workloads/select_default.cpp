// SPDX-License-Identifier: Apache-2.0
//
// What does it cost to ask four channels and find nothing? Four receive cases, none ready, and a default.
// Operation: one select. Checksum: how often the default ran.
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count selects(bench::count n) {
  weft::chan<bench::count> a, b, c, d;
  bench::count misses = 0, sum = 0;
  const auto add = [&sum](std::optional<bench::count> v) { sum += v.value_or(0); };
  for (bench::count i = 0; i < n; ++i) {
    weft::select(weft::on_recv(a, add), weft::on_recv(b, add), weft::on_recv(c, add), weft::on_recv(d, add),
                 weft::otherwise([&misses] { ++misses; }));
  }
  return misses + sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 5'000'000);
  return weft::run([&] { return bench::measure("select_default", plan, selects, plan.n); });
}

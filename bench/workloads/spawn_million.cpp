// SPDX-License-Identifier: Apache-2.0
//
// What does a goroutine cost that does nothing? A cold process starts n of them, as fast as it can, and waits.
// Operation: one goroutine, from go() to its end. Measured: start, first run, end, and the memory that this touches
// for the first time; so one round per process. The check is the wait group: it opens after exactly n done().
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count spawn(bench::count n) {
  weft::wait_group all;
  all.add(n);
  for (bench::count i = 0; i < n; ++i) weft::go([&all] { all.done(); });
  all.wait();
  return n;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return weft::run([&] { return bench::measure("spawn_million", plan, spawn, plan.n); });
}

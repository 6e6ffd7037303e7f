// SPDX-License-Identifier: Apache-2.0
//
// How long does it take until n goroutines have been started, have slept for a second and are through? Operation: one
// of them; with a million of them the second itself is 1,000 ns of it. Checksum: how many have slept.
#include <atomic>
#include <chrono>

#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count sleep_all(bench::count n) {
  std::atomic<bench::count> slept{0};
  weft::wait_group all;
  for (bench::count i = 0; i < n; ++i) {
    all.go([&] {
      weft::sleep_for(std::chrono::seconds(1));
      slept.fetch_add(1, std::memory_order_relaxed);
    });
  }
  all.wait();
  return slept;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return weft::run([&] { return bench::measure("sleepers", plan, sleep_all, plan.n); });
}

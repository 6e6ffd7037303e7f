// SPDX-License-Identifier: Apache-2.0
//
// What does a goroutine weigh that waits? n goroutines block on one channel; then the channel is closed and all end.
// Unit: bytes per goroutine, page tables included; on standard error also the times and the totals. Checksum: how many
// came back from the wait.
#include <atomic>
#include <chrono>

#include "../footprint.hpp"
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

using time_point = std::chrono::steady_clock::time_point;

long milliseconds(time_point from, time_point to) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count());
}

int weigh(bench::count n) {
  std::atomic<bench::count> waiting{0}, released{0};
  weft::chan<weft::unit> gate;
  weft::wait_group all;
  all.go([] {});
  all.wait();  // the runtime is warm now: its threads are not the goroutines' weight

  const bench::footprint before = bench::footprint::now();
  const time_point begin = std::chrono::steady_clock::now();
  for (bench::count i = 0; i < n; ++i) {
    all.go([&waiting, &released, gate] {
      ++waiting;
      if (!gate.recv()) ++released;
    });
  }
  while (waiting.load() != n) weft::yield();
  for (int i = 0; i < 3; ++i) weft::yield();  // the last one is past its count: let it block
  const time_point blocked = std::chrono::steady_clock::now();
  const bench::footprint after = bench::footprint::now();
  gate.close();
  all.wait();
  const time_point end = std::chrono::steady_clock::now();

  std::fprintf(
      stderr,
      "memory_blocked: %lld alive: blocked after %ld ms, released in %ld ms; %ld MiB and %ld MiB of page tables\n",
      static_cast<long long>(n), milliseconds(begin, blocked), milliseconds(blocked, end),
      (after.resident - before.resident) >> 20, (after.page_tables - before.page_tables) >> 20);
  const double each = static_cast<double>(after.total() - before.total()) / static_cast<double>(n);
  return bench::report("memory_blocked", n, each, released.load(), n);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 100'000);
  return weft::run([&] { return weigh(plan.n); });
}

// SPDX-License-Identifier: Apache-2.0
//
// What does a goroutine weigh that went deep once and now waits? n goroutines recurse through 32 KiB of stack and block
// on one channel; three seconds later, in which nothing happens, the process is weighed. Unit: bytes per goroutine,
// page tables included; on standard error also what it was at first. Checksum: how many came back from the wait.
#include <atomic>
#include <chrono>

#include "../footprint.hpp"
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

[[gnu::noinline, gnu::noipa]] int go_deep(int levels) {
  volatile char here[1024];
  for (char volatile& byte : here) byte = static_cast<char>(levels);
  return levels == 0 ? 0 : go_deep(levels - 1) + here[1023] - static_cast<char>(levels);
}

int weigh(bench::count n) {
  std::atomic<bench::count> waiting{0}, released{0};
  const weft::chan<weft::unit> gate;
  weft::wait_group all;
  all.go([] {});
  all.wait();  // the runtime is warm now: its threads are not the goroutines' weight

  const bench::footprint before = bench::footprint::now();
  for (bench::count i = 0; i < n; ++i) {
    all.go([&waiting, &released, gate] {
      waiting += 1 + go_deep(32);
      if (!gate.recv()) ++released;
    });
  }
  while (waiting.load() != n) weft::yield();
  for (int i = 0; i < 3; ++i) weft::yield();  // the last one is past its count: let it block
  const bench::footprint full = bench::footprint::now();
  weft::sleep_for(3s);
  const bench::footprint after = bench::footprint::now();
  gate.close();
  all.wait();
  const auto each = [&](const bench::footprint& then) {
    return static_cast<double>(then.total() - before.total()) / static_cast<double>(n);
  };
  std::fprintf(stderr, "memory_deep: %.0f bytes each at first\n", each(full));
  return bench::report("memory_deep", n, each(after), released.load(), n);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 10'000);
  return weft::run([&] { return weigh(plan.n); });
}

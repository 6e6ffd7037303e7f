// SPDX-License-Identifier: Apache-2.0
//
// A limit of ../workloads/sleepers.cpp for goroutines that have a stack: a million pages are touched, one in every 256
// KiB of address space, by as many threads as there are processors, and then everybody sleeps for the second once.
// Whoever starts a million of them within a second has them all alive at once, so none of these pages can be used
// twice; who takes longer can use the stacks of those that have ended, and may come below this.
#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include "../harness.hpp"

namespace {

constexpr bench::count stride = bench::count{256} << 10;

bench::count touch_all(bench::count n) {
  const auto size = static_cast<std::size_t>(n * stride);
  void* const mapped =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) std::abort();
  ::madvise(mapped, size, MADV_NOHUGEPAGE);
  std::atomic<bench::count> touched{0};
  std::vector<std::thread> threads;
  const bench::count parts = std::thread::hardware_concurrency();
  for (bench::count part = 0; part < parts; ++part) {
    threads.emplace_back([=, &touched] {
      const bench::count from = n * part / parts;
      const bench::count to = n * (part + 1) / parts;
      for (bench::count i = from; i < to; ++i) static_cast<volatile char*>(mapped)[i * stride] = 1;
      touched.fetch_add(to - from);
    });
  }
  for (std::thread& t : threads) t.join();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  return touched.load();
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return bench::measure("sleepers", plan, touch_all, plan.n);
}

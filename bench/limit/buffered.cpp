// SPDX-License-Identifier: Apache-2.0
//
// The limit of ../workloads/buffered.cpp on two cores: a ring for one producer and one consumer without any lock, whose
// ends look at each other's position only when they have to (Lamport 1983; the cached positions are FastForward's
// idea).
#include <atomic>
#include <thread>

#include "../harness.hpp"
#include "two_threads.hpp"

namespace {

constexpr std::uint64_t capacity = 128;

struct ring {
  alignas(64) std::atomic<std::uint64_t> tail{0};
  alignas(64) std::atomic<std::uint64_t> head{0};
  alignas(64) bench::count items[capacity];
};

bench::count items(bench::count n) {
  ring line;
  std::thread producer([&line, n] {
    std::uint64_t seen = 0;
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(n); ++i) {
      while (i - seen == capacity) {
        seen = line.head.load(std::memory_order_acquire);
        pause_a_little();
      }
      line.items[i % capacity] = static_cast<bench::count>(i);
      line.tail.store(i + 1, std::memory_order_release);
    }
  });
  bench::count sum = 0;
  std::uint64_t seen = 0;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(n); ++i) {
    while (i == seen) {
      seen = line.tail.load(std::memory_order_acquire);
      pause_a_little();
    }
    sum += line.items[i % capacity];
    line.head.store(i + 1, std::memory_order_release);
  }
  producer.join();
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 5'000'000);
  return bench::measure("buffered", plan, items, bench::sum_below(plan.n));
}

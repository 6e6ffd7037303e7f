// SPDX-License-Identifier: Apache-2.0
//
// What does it cost when two threads wake each other through the kernel, and nothing else? Operation: one round trip of
// a number (two wakes, two waits). Checksum: the sum of the answers.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "../harness.hpp"

namespace {

/// A word that a thread sets and another waits for.
struct flag {
  alignas(64) std::atomic<unsigned> word{0};

  void set() {
    word.store(1, std::memory_order_release);
    ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  void await() {
    while (word.load(std::memory_order_acquire) == 0) {
      ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
    }
    word.store(0, std::memory_order_relaxed);
  }
};

bench::count round_trips(bench::count n) {
  flag ping, pong;
  bench::count message = 0;
  std::thread other([&] {
    for (bench::count i = 0; i < n; ++i) {
      ping.await();
      ++message;
      pong.set();
    }
  });
  bench::count sum = 0;
  for (bench::count i = 0; i < n; ++i) {
    message = i;
    ping.set();
    pong.await();
    sum += message;
  }
  other.join();
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 50'000);
  return bench::measure("raw_futex", plan, round_trips, bench::sum_below(plan.n) + plan.n);
}

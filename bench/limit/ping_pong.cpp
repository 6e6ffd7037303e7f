// SPDX-License-Identifier: Apache-2.0
//
// The limit of ../workloads/ping_pong.cpp. On one core: two switches, with the number in a plain variable. On two: a
// cache line that travels there and back between two threads that spin.
#include <atomic>
#include <thread>

#include "../harness.hpp"
#include "switches.hpp"
#include "two_threads.hpp"

namespace {

void answer(void* arg) {
  auto& s = *static_cast<bare_switch*>(arg);
  for (;;) {
    ++s.message;
    s.come_back();
  }
}

bench::count by_switching(bench::count n) {
  bare_switch s(answer);
  bench::count sum = 0;
  for (bench::count i = 0; i < n; ++i) {
    s.message = i;
    s.go_there();
    sum += s.message;
  }
  return sum;
}

bench::count by_spinning(bench::count n) {
  alignas(64) std::atomic<bench::count> line{0};  // 2 i + 1: a question; 2 i + 2: its answer
  std::thread other([&line, n] {
    for (bench::count i = 0; i < n; ++i) {
      while (line.load(std::memory_order_acquire) != 2 * i + 1) pause_a_little();
      line.store(2 * i + 2, std::memory_order_release);
    }
  });
  bench::count sum = 0;
  for (bench::count i = 0; i < n; ++i) {
    line.store(2 * i + 1, std::memory_order_release);
    while (line.load(std::memory_order_acquire) != 2 * i + 2) pause_a_little();
    sum += line.load(std::memory_order_relaxed) / 2;
  }
  other.join();
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return bench::measure("ping_pong", plan, two_cores() ? by_spinning : by_switching, bench::sum_below(plan.n) + plan.n);
}

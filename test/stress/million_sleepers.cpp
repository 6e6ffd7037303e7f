// SPDX-License-Identifier: Apache-2.0
// guarantee: T9.1 T9.2
// sentence: a million sleepers wake within 20 ms of their times, and a short sleep is less than 100 us late
// not-under: address (memory), thread (memory)
// env: GOMAXPROCS=2
// seconds: 300
// expect-exit: 0
// expect-stdout: ^1000000 woken
//
// The sleepers' times are spread over `spread`, so that two workers have four microseconds for each. What counts is the
// second round: the first one touches a million stacks for the first time.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "../memory_taken.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

namespace {

constexpr int count = 1'000'000;
constexpr auto head_start = 10s;  // all are asleep by then, also on a slow machine
constexpr auto spread = 4s;

struct lateness {
  long median_us, p99_us, most_us;
};

lateness of(std::vector<std::int32_t>& late_us) {
  std::sort(late_us.begin(), late_us.end());
  return {late_us[late_us.size() / 2], late_us[late_us.size() * 99 / 100], late_us.back()};
}

lateness wake_all() {
  std::vector<std::int32_t> late_us(count);
  const double before = memory_taken();
  const weft::clock::time_point start = weft::clock::now() + head_start;
  weft::wait_group all;
  for (int i = 0; i < count; ++i) {
    all.go([&late_us, start, i] {
      const auto due = start + std::int64_t{i} * 7919 % count * (spread / 1ns / count) * 1ns;
      weft::sleep_until(due);
      late_us[static_cast<std::size_t>(i)] = static_cast<std::int32_t>((weft::clock::now() - due) / 1us);
    });
  }
  weft::sleep_until(start - 500ms);
  std::printf("%.0f bytes each\n", (memory_taken() - before) / count);
  all.wait();
  return of(late_us);
}

}  // namespace

int main() {
  return weft::run([] {
    static_cast<void>(wake_all());
    const lateness warm = wake_all();
    std::printf("%d woken, late by %ld us (median), %ld us (p99), %ld us (most)\n", count, warm.median_us, warm.p99_us,
                warm.most_us);
    std::vector<std::int32_t> short_us;
    for (int i = 0; i < 1000; ++i) {
      const weft::clock::time_point due = weft::clock::now() + 50us;
      weft::sleep_until(due);
      short_us.push_back(static_cast<std::int32_t>((weft::clock::now() - due) / 1us));
    }
    const lateness brief = of(short_us);
    std::printf("50 us: late by %ld us (median), %ld us (p99)\n", brief.median_us, brief.p99_us);
    return warm.p99_us <= 20'000 && brief.median_us < 100 ? 0 : 1;
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// What repeated selects cost in time and memory. Time is that of the processor, so that a busy machine does not matter.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;
using weft::on_recv;
using weft::otherwise;
using weft::select;

// Every goroutine waits on one common channel and on one of its own, and is woken through its own.
double seconds_of_selects(int goroutines) {
  const chan<int> common;
  std::vector<chan<int>> own(static_cast<std::size_t>(goroutines));
  weft::wait_group all;
  const std::clock_t start = std::clock();
  for (const chan<int>& mine : own) {
    all.go([=] {
      for (int round = 0; round < 5; ++round) EXPECT_EQ(select(on_recv(common), on_recv(mine)), 1u);
    });
  }
  for (int round = 0; round < 5; ++round) {
    for (const chan<int>& each : own) each.send(round);
  }
  all.wait();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

WEFT_TEST_WITH("C14", "many selects that wait on one channel cost time in proportion to their number", .seeds = 1,
               .workers = {1, 2}) {
  const int few = scaled(1'000);
  double ratio = 0;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const double small = seconds_of_selects(few), large = seconds_of_selects(8 * few);
    ratio = large / std::max(small, 1e-4);
    if (ratio < 32) return;  // in proportion it is 8, and up to 20 when the caches no longer hold all; squared it is 64
  }
  ADD_FAILURE() << "eight times as many take " << ratio << " times as long";
}

std::size_t resident_pages() {
  std::size_t total = 0, resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  const bool read = std::fscanf(file, "%zu %zu", &total, &resident) == 2;
  std::fclose(file);
  return read ? resident : 0;
}

constexpr std::size_t allowed_pages = under_address_sanitizer || under_thread_sanitizer || under_emulator ? 4096 : 256;

WEFT_TEST_WITH("L4.5", "a hundred thousand selects over a channel on which nothing happens leave no memory behind",
               .seeds = 2) {
  const chan<int> never, ticks;
  const auto many = [&](int times) {
    weft::task<void> ticking = weft::spawn([=] {
      for (int i = 0; i < times; ++i) ticks.send(i);
    });
    for (int i = 0; i < times; ++i) EXPECT_EQ(select(on_recv(never), on_recv(ticks)), 1u);
    ticking.join();
  };
  many(scaled(5'000));
  const std::size_t before = resident_pages();
  many(scaled(100'000));
  EXPECT_LT(resident_pages(), before + allowed_pages);
}

WEFT_TEST_WITH("L4.5", "selects that wait and selects that do not leave no waiter behind in any mixture", .seeds = 2) {
  const chan<int> never, requests;
  const chan<weft::unit> stop;
  weft::task<void> served = weft::spawn([=] {
    while (select(on_recv(never), on_recv(requests), on_recv(stop)) != 2) {
      select(on_recv(never), otherwise());
      weft::selector s;
      s.on_recv(never);
      s.on_recv(requests);
      s.otherwise();
      s.wait();
    }
  });
  const auto many = [&](int times) {
    for (int i = 0; i < times; ++i) requests.send(i);
  };
  many(scaled(2'000));
  const std::size_t before = resident_pages();
  many(scaled(30'000));
  EXPECT_LT(resident_pages(), before + allowed_pages);
  stop.close();
  served.join();
  EXPECT_FALSE(never.try_send(0)) << "no select may wait there any more";
}

WEFT_TEST_WITH("C12.4", "channels and goroutines that come and go leave no memory behind", .seeds = 2) {
  const auto many = [](int times) {
    for (int i = 0; i < times; ++i) {
      const chan<int> c(i % 3);
      weft::go([=] { select(weft::on_send(c, i), on_recv(chan<int>())); });
      EXPECT_EQ(c.recv(), i);
    }
  };
  many(scaled(5'000));
  const std::size_t before = resident_pages();
  many(scaled(30'000));
  EXPECT_LT(resident_pages(), before + allowed_pages);
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// What is counted and measured. Numbers of one run are compared as differences: other tests have counted before.
#include "weft/metrics.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "harness.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::chan;
using weft::unit;

/// A wait of at least a hundredth of a second for something that `end` ends.
template <class Wait, class End>
weft::metrics waiting(Wait wait, End end) {
  const weft::metrics before = weft::read_metrics();
  weft::wait_group waiter;
  waiter.go(wait);
  weft::sleep_for(20ms);
  end();
  waiter.wait();
  return weft::read_metrics() - before;
}

WEFT_TEST_WITH("ME1.1", "goroutines that were started and have ended are counted", .seeds = 20) {
  const weft::metrics before = weft::read_metrics();
  weft::wait_group all;
  for (int i = 0; i < 100; ++i) all.go([] {});
  all.wait();
  weft::testing::settle();  // the last of them has left
  const weft::metrics spent = weft::read_metrics() - before;
  EXPECT_EQ(spent.started, 100u);
  EXPECT_EQ(spent.ended, 100u);
  EXPECT_EQ(spent.goroutines, 1u);
}

WEFT_TEST_WITH("ME1.1", "waits are counted when they begin and when they end", .seeds = 20) {
  const chan<unit> gate;
  const weft::metrics before = weft::read_metrics();
  weft::wait_group all;
  for (int i = 0; i < 10; ++i) all.go([=] { gate.recv(); });
  weft::testing::settle();
  const weft::metrics during = weft::read_metrics() - before;
  EXPECT_EQ(during.parks, 11u);  // this one, too
  EXPECT_LE(during.readies, 1u);
  gate.close();
  all.wait();
  const weft::metrics after = weft::read_metrics() - before;
  EXPECT_GE(after.readies, 11u);
}

WEFT_TEST_WITH("ME1.1", "yields are counted", .seeds = 20) {
  const weft::metrics before = weft::read_metrics();
  for (int i = 0; i < 1000; ++i) weft::yield();
  const weft::metrics spent = weft::read_metrics() - before;
  EXPECT_GE(spent.yields, 1000u);
}

WEFT_TEST_WITH("ME1.2", "a long wait is measured, by what was waited for", .seeds = 10) {
  const chan<unit> gate;
  const weft::metrics chans = waiting([=] { gate.recv(); }, [=] { gate.close(); });
  EXPECT_GE(chans.chan_wait.count(), 1u);
  EXPECT_GE(chans.chan_wait.longest(), 10ms);
  EXPECT_EQ(chans.lock_wait.count(), 0u);
  weft::mutex m;
  m.lock();
  const weft::metrics locks = waiting(
      [&] {
        m.lock();
        m.unlock();
      },
      [&] { m.unlock(); });
  EXPECT_GE(locks.lock_wait.count(), 1u);
  EXPECT_GE(locks.lock_wait.longest(), 10ms);
  weft::semaphore s(1);
  s.acquire();
  const weft::metrics syncs = waiting(
      [&] {
        s.acquire();
        s.release();
      },
      [&] { s.release(); });
  EXPECT_GE(syncs.sync_wait.count(), 1u);
  EXPECT_GE(syncs.sync_wait.longest(), 10ms);
}

WEFT_TEST_WITH("ME1.3", "how late a timer is, and how long a runnable goroutine queues, is measured", .seeds = 10) {
  const weft::metrics before = weft::read_metrics();
  for (int i = 0; i < 5; ++i) weft::sleep_for(1ms);
  const weft::metrics spent = weft::read_metrics() - before;
  EXPECT_GE(spent.timers_late.count(), 5u);
  EXPECT_GE(spent.run_queue.count(), 1u);
}

WEFT_TEST_WITH("ME1.4", "a program that switches much counts its waits, whatever part of them it has timed",
               .on = weft::test::sched_only, .workers = {1}) {
  constexpr int passed = 100'000;
  const weft::metrics before = weft::read_metrics();
  const chan<int> line;
  weft::go([=] {
    for (int i = 0; i < passed; ++i) line.send(i);
    line.close();
  });
  weft::go([] {  // so that somebody is always runnable
    for (int i = 0; i < passed; ++i) weft::yield();
  });
  for (int got : line) static_cast<void>(got);
  const weft::metrics spent = weft::read_metrics() - before;
  EXPECT_GE(spent.parks, passed / 2u);
  EXPECT_GE(spent.chan_wait.count(), spent.parks / 3);
  EXPECT_LE(spent.chan_wait.count(), spent.parks * 3);
}

WEFT_TEST_WITH("ME1.5", "goroutines are counted by state", .seeds = 10) {
  const chan<unit> gate;
  weft::wait_group all;
  for (int i = 0; i < 5; ++i) all.go([=] { gate.recv(); });
  weft::testing::settle();
  const auto states = weft::count_states();
  const auto waiting = std::find_if(states.begin(), states.end(),
                                    [](const auto& each) { return std::string(each.state) == "chan receive"; });
  ASSERT_NE(waiting, states.end());
  EXPECT_EQ(waiting->goroutines, 5u);
  gate.close();
  all.wait();
}

WEFT_TEST_WITH("ME1.6", "metrics may be read from any thread, while everything runs", .on = weft::test::sched_only) {
  std::atomic<bool> stop{false};
  weft::wait_group all;
  for (int i = 0; i < 4; ++i) {
    all.go([&stop] {
      while (!stop) weft::yield();
    });
  }
  std::uint64_t last = 0;
  std::thread reader([&] {
    for (int i = 0; i < 50; ++i) {
      const weft::metrics now = weft::read_metrics();
      EXPECT_GE(now.yields, last);
      last = now.yields;
    }
    stop = true;
  });
  all.wait();
  weft::blocking([&] { reader.join(); });
}

WEFT_TEST_WITH("ME1.8", "counts only grow, whatever begins and ends while they are read", .on = weft::test::sched_only,
               .workers = {4}) {
  constexpr int many = 1000;
  constexpr int rounds = 20;
  std::atomic<int> arrived{0};
  std::atomic<bool> over{false};
  std::vector<chan<unit>> gates(rounds);
  for (int i = 0; i < many; ++i) {
    weft::go([gates, &arrived] {
      for (const chan<unit>& gate : gates) {
        ++arrived;
        gate.recv();  // all begin to wait, one after another, and then all go on
      }
    });
  }
  std::thread reader([&] {
    for (weft::metrics last; !over;) {
      const weft::metrics now = weft::read_metrics();
      EXPECT_GE(now.readies, last.readies);
      EXPECT_GE(now.parks, last.parks);
      EXPECT_GE(now.started, last.started);
      EXPECT_GE(now.ended, last.ended);
      last = now;
    }
  });
  for (int round = 0; round < rounds; ++round) {
    while (arrived < many * (round + 1)) weft::yield();
    gates[static_cast<std::size_t>(round)].close();
  }
  over = true;
  weft::blocking([&] { reader.join(); });
}

WEFT_TEST_WITH("ME2", "the longest slice is known, with who it was", .on = weft::test::sched_only, .workers = {2}) {
  const auto before = weft::read_longest_slice().duration;
  weft::wait_group hog;
  hog.go([before] {
    const auto until = weft::clock::now() + before + 60ms;
    while (weft::clock::now() < until) continue;
  });
  hog.wait();
  const weft::longest_slice seen = weft::read_longest_slice();
  EXPECT_GT(seen.duration, before);
  EXPECT_NE(seen.goroutine, 0u);
  EXPECT_NE(seen.started_at.find("metrics.cpp:"), std::string::npos) << seen.started_at;
}

[[gnu::noinline]] void use_stack(std::size_t bytes) {
  auto* const memory = static_cast<volatile char*>(__builtin_alloca(bytes));
  for (std::size_t i = 0; i < bytes; i += 1024) memory[i] = 1;
}

WEFT_TEST_WITH("ME3", "how much of their stacks goroutines have used is told by where they were started",
               .on = weft::test::sched_only, .workers = {1}) {
  if (weft::test::under_address_sanitizer) return;  // its frames lie elsewhere
  const chan<unit> gate;
  weft::task<void> deep = weft::spawn([=] {
    use_stack(100'000);
    gate.recv();
  });
  weft::testing::settle();
  const auto uses = weft::read_stack_use();
  const auto found = std::find_if(uses.begin(), uses.end(), [](const weft::stack_use& use) {
    return use.started_at.find("metrics.cpp:") != std::string::npos && use.most >= 100'000;
  });
  EXPECT_NE(found, uses.end());
  if (found != uses.end()) {
    EXPECT_GE(found->suggested, 2 * found->most);
    EXPECT_GT(found->size, found->most);
  }
  gate.close();
  deep.join();
}

WEFT_PLAIN_TEST("ME1.7", "a histogram tells shares of what it counted, to a quarter") {
  weft::duration_histogram h;
  EXPECT_EQ(h.quantile(0.5), 0ns);
  for (int us = 1; us <= 1000; ++us) h.record(std::chrono::microseconds(us));
  EXPECT_EQ(h.count(), 1000u);
  EXPECT_EQ(h.longest(), 1000us);
  EXPECT_EQ(h.mean(), 500'500ns);
  for (const double share : {0.1, 0.5, 0.9, 0.99}) {
    const double exact = share * 1e6;
    EXPECT_NEAR(static_cast<double>(h.quantile(share).count()), exact, exact / 4) << share;
  }
  EXPECT_LE(h.quantile(1), 1000us);
  weft::duration_histogram later = h;
  later.record(5s, 3);
  later -= h;
  EXPECT_EQ(later.count(), 3u);
  EXPECT_EQ(later.longest(), 5s);
  EXPECT_EQ(later.sum(), 15s);
  later.record(-1ns);
  EXPECT_EQ(later.bucket(0), 1u);
  later.record(std::chrono::nanoseconds::max());
  EXPECT_EQ(later.bucket(weft::duration_histogram::bucket_count - 1), 1u);
}

WEFT_PLAIN_TEST("ME1.9", "a sum of more years than nanoseconds can say is none below zero") {
  constexpr auto century = std::chrono::hours(24 * 365 * 100);
  weft::duration_histogram h;
  for (int i = 0; i < 4; ++i) h.record(century);
  EXPECT_EQ(h.sum(), std::chrono::nanoseconds::max());
  EXPECT_NEAR(h.sum_seconds(), 400.0 * 365 * 24 * 3600, 1.0);
  weft::duration_histogram later = h;
  for (int i = 0; i < 2; ++i) later.record(century);  // 600 years: the sum begins anew
  later.record(1s);
  later -= h;
  EXPECT_EQ(later.count(), 3u);
  EXPECT_EQ(later.sum(), 2 * century + 1s);
  weft::duration_histogram none = h;
  none -= later;
  none -= h;
  EXPECT_EQ(none.sum(), 0ns);  // what was taken away was no earlier copy
}

}  // namespace

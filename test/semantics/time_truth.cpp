// SPDX-License-Identifier: Apache-2.0
//
// stop() and reset() against a timer that fires, against each other, and against receivers: one truth (T7). Go's tests
// of this are TestStopResult, TestResetResult and their like in time/sleep_test.go.
#include <atomic>
#include <chrono>
#include <vector>

#include "party.hpp"
#include "styles.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::after_func;
using weft::clock;
using weft::timer;

constexpr int goroutines = under_thread_sanitizer ? 100 : 1000;
constexpr int rounds = 100;

/// In `goroutines` goroutines, `times` times each.
template <class F>
void everywhere(int times, F f) {
  weft::wait_group all;
  for (int i = 0; i < goroutines; ++i) {
    all.go([=] {
      for (int round = 0; round < times; ++round) f();
    });
  }
  all.wait();
}

WEFT_TEST_WITH("T7.1", "if stop is true the moment is never received, if it is false it has been", .seeds = 1,
               .workers = {1, 2, 4}) {
  everywhere(rounds, [] {
    const timer t(1us);
    const weft::try_result<clock::time_point> early = t.channel().try_recv();
    const bool stopped = t.stop();
    EXPECT_NE(stopped, early.has_value());
    EXPECT_TRUE(t.channel().try_recv().empty());
  });
}

WEFT_TEST_WITH("T7.1", "if reset is true the moment of before is never received, if it is false it has been",
               .seeds = 1, .workers = {1, 2, 4}) {
  everywhere(rounds, [] {
    const timer t(1us);
    const weft::try_result<clock::time_point> early = t.channel().try_recv();
    const bool moved = t.reset(1h);
    EXPECT_NE(moved, early.has_value());
    EXPECT_TRUE(t.channel().try_recv().empty());
  });
}

WEFT_TEST_WITH("T7.2", "a receiver that waits gets the moment exactly if stop is false", .seeds = 20,
               .workers = {1, 2, 4}) {
  weft::wait_group all;
  for (int i = 0; i < 50; ++i) {
    all.go([=] {
      for (int round = 0; round < 20; ++round) {
        const timer t(std::chrono::microseconds((i + round) % 30));
        const weft::chan<weft::unit> over;
        weft::task<bool> waiting =
            weft::spawn([=] { return weft::select(weft::on_recv(t.channel()), weft::on_recv(over)) == 0; });
        if (round % 2 == 0) weft::yield();
        if (round % 3 == 0) weft::sleep_for(10us);
        const bool stopped = t.stop();
        over.close();
        const bool received = waiting.join();
        // Not stopped: the moment was received. (`over` may have been chosen only if it had been there.)
        EXPECT_EQ(received, !stopped);
      }
    });
  }
  all.wait();
}

WEFT_TEST_WITH("T7.2", "of many who stop one timer one at most stops it", .seeds = 20) {
  for (int round = 0; round < 20; ++round) {
    const timer t(std::chrono::microseconds(round % 10));
    std::atomic<int> stopped = 0, received = 0;
    weft::wait_group all;
    for (int i = 0; i < 4; ++i) {
      all.go([&] { stopped += t.stop() ? 1 : 0; });
      all.go([&] { received += t.channel().try_recv() ? 1 : 0; });
    }
    all.wait();
    EXPECT_EQ(stopped + received, 1);
  }
}

WEFT_TEST_WITH("T7.3", "a moment that is received after a reset is never one of before", .seeds = 20) {
  const timer t(1us);
  std::atomic<bool> over = false;
  std::atomic<clock::rep> earliest = 0;
  weft::task<void> reader = weft::spawn([&] {
    while (!over) {
      const clock::rep least = earliest;  // what is received from now on is not from before that
      const auto got = t.channel().recv_for(20us);
      if (got) {
        EXPECT_GE((**got).time_since_epoch().count(), least);
      }
    }
  });
  for (int i = 0; i < 300; ++i) {
    const clock::time_point now = clock::now();
    static_cast<void>(t.reset(std::chrono::microseconds(i % 20)));
    earliest = now.time_since_epoch().count();
    if (i % 4 == 0) weft::sleep_for(5us);
  }
  over = true;
  reader.join();
}

WEFT_TEST_WITH("T7.4", "a delayed call is made exactly if stop is false", .seeds = 1, .workers = {1, 2, 4}) {
  const weft::chan<weft::unit> gate;
  std::atomic<int> called = 0, stopped = 0;
  weft::wait_group all;
  for (int i = 0; i < goroutines; ++i) {
    all.go([&, i] {
      for (int round = 0; round < 10; ++round) {
        all.add(1);
        const weft::delayed_call call = after_func(std::chrono::microseconds((i + round) % 20), [&] {
          ++called;
          all.done();
        });
        if (round % 2 == 0) weft::yield();
        if (call.stop()) {
          ++stopped;
          all.done();
        }
      }
    });
  }
  all.wait();
  EXPECT_EQ(called + stopped, goroutines * 10);
}

WEFT_TEST_WITH("T7.4", "a delayed call that is reset is made once for every reset that found it made", .seeds = 20) {
  std::atomic<int> called = 0;
  std::atomic<int> expected = 1;
  const weft::delayed_call call = after_func(1us, [&] { ++called; });
  weft::wait_group all;
  for (int i = 0; i < 8; ++i) {
    all.go([&, i] {
      for (int round = 0; round < 25; ++round) {
        expected += call.reset(std::chrono::microseconds((i + round) % 10)) ? 0 : 1;
        if (round % 5 == 0) weft::yield();
      }
    });
  }
  all.wait();
  if (call.stop()) --expected;
  while (called < expected) weft::yield();
  settle();
  EXPECT_EQ(called, expected);
}

WEFT_TEST_WITH("T7.2", "threads and goroutines that stop, reset and read one timer keep to one truth", .seeds = 5) {
  const timer t(1us);
  std::atomic<int> armed = 1, taken = 0;
  std::vector<partner> parties;
  for (int i = 0; i < 4; ++i) {
    parties.emplace_back(i % 2 == 0 ? party::thread : party::goroutine, [&, i] {
      for (int round = 0; round < 200; ++round) {
        switch ((i + round) % 3) {
          case 0:
            if (t.stop()) ++taken;
            break;
          case 1:
            if (!t.reset(std::chrono::microseconds(round % 5))) ++armed;
            break;
          default:
            if (t.channel().recv_for(std::chrono::microseconds(round % 7))) ++taken;
        }
      }
    });
  }
  for (partner& p : parties) p.join();
  if (t.stop()) ++taken;
  EXPECT_EQ(armed, taken);
}

}  // namespace

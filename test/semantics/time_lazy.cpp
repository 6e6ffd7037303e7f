// SPDX-License-Identifier: Apache-2.0
//
// Timers that cost nothing while nobody waits for them, and nothing afterwards.
#include <chrono>
#include <cstdio>
#include <vector>

#include "memory_taken.hpp"
#include "party.hpp"
#include "styles.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::after;
using weft::chan;
using weft::clock;
using weft::on_recv;
using weft::select;
using weft::ticker;
using weft::timer;

constexpr double allowed = under_address_sanitizer || under_thread_sanitizer ? 16e6 : 1e6;  // bytes

/// What `many(times)` leaves, when it has been done before.
template <class F>
void expect_nothing_left(int times, F many) {
  many(times / 20);
  const double before = memory_taken();
  many(times);
  if (under_address_sanitizer || under_thread_sanitizer) return;  // they keep what was freed
  EXPECT_LT(memory_taken(), before + allowed);
}

WEFT_TEST_WITH("T8.1", "a million selects with an hour's time-out that does not come leave no memory", .seeds = 1,
               .workers = {1, 4}) {
  const chan<int> ready(1);
  expect_nothing_left(scaled(1'000'000), [&](int times) {
    for (int i = 0; i < times; ++i) {
      ready.send(i);
      select(on_recv(ready), on_recv(after(1h)));
      static_cast<void>(ready.try_recv());
    }
  });
}

WEFT_TEST_WITH("T8.1", "selects that wait, and whose hour's time-out does not come, leave no memory", .seeds = 1,
               .workers = {1, 4}) {
  const chan<int> c;
  expect_nothing_left(scaled(100'000), [&](int times) {
    weft::task<void> sender = weft::spawn([=] {
      for (int i = 0; i < times; ++i) c.send(i);
    });
    for (int i = 0; i < times; ++i) EXPECT_EQ(select(on_recv(c), on_recv(after(1h))), 0u);
    sender.join();
  });
}

WEFT_TEST_WITH("T8.1", "timers, tickers and delayed calls that are dropped or stopped leave no memory", .seeds = 1,
               .workers = {1, 4}) {
  expect_nothing_left(scaled(100'000), [&](int times) {
    for (int i = 0; i < times; ++i) {
      const timer t(1h);
      const ticker ticks(1h);
      static_cast<void>(t.channel().recv_for(0s));
      weft::after_func(1h, [t] {}).stop();
    }
  });
}

WEFT_TEST_WITH("T8.2", "a timer that is waited for and left again keeps its moment, and gives it once", .seeds = 20) {
  const clock::time_point start = clock::now();
  const timer t(3ms);
  std::atomic<int> got = 0;
  weft::wait_group all;
  for (int i = 0; i < 4; ++i) {
    all.go([&] {
      for (int n = 0; n < 4; ++n) got += t.channel().recv_for(10us).has_value() ? 1 : 0;
      got += select(on_recv(t.channel()), on_recv(after(1ms))) == 0 ? 1 : 0;
    });
  }
  all.wait();
  if (got == 0) {
    const auto last = t.channel().recv_for(10s);
    ASSERT_TRUE(last);
    EXPECT_GE(**last, start + 3ms);
    ++got;
  }
  EXPECT_EQ(got, 1);
}

WEFT_TEST_WITH("T8.2", "a timer is on time whoever comes to wait and leaves meanwhile", .seeds = 20,
               .workers = {1, 4}) {
  for (int round = 0; round < 10; ++round) {
    const timer t(300us);
    const chan<weft::unit> over;
    weft::wait_group all;
    for (int i = 0; i < 8; ++i) {
      all.go([=] {
        for (int n = 0; n < 40; ++n) {
          if (t.channel().recv_for(std::chrono::microseconds((i * 7 + n) % 13))) {
            over.close();
            return;
          }
          if (over.try_recv().closed()) return;
        }
      });
    }
    all.go([=] {
      if (select(on_recv(t.channel()), on_recv(over)) == 0) over.close();
    });
    over.recv();
    all.wait();
    EXPECT_FALSE(t.stop()) << "somebody has its moment";
  }
}

WEFT_TEST("T8.2", "a select may name one timer several times, and several selects one timer") {
  const timer t(1ms);
  const chan<weft::unit> over;
  std::atomic<int> got = 0;
  weft::wait_group all;
  for (int i = 0; i < 4; ++i) {
    all.go([&] {
      if (select(on_recv(t.channel()), on_recv(over), on_recv(t.channel())) == 1) return;
      ++got;
      over.close();
    });
  }
  all.wait();
  EXPECT_EQ(got, 1);
}

// Under sim, time does not wait for threads: a timer of an hour may be due before its thread looks at it.
WEFT_TEST_WITH("T8.3", "threads may own and wait for timers and tickers", .on = sched_only) {
  for (const party kind : all_parties) {
    partner other(kind, [] {
      const clock::time_point start = clock::now();
      const timer t(1ms);
      EXPECT_GE(t.channel().recv().value(), start + 1ms);
      EXPECT_FALSE(t.reset(1ms));
      EXPECT_EQ(select(on_recv(chan<int>()), on_recv(t.channel())), 1u);
      const ticker ticks(1ms);
      for (int i = 0; i < 3; ++i) EXPECT_TRUE(ticks.channel().recv());
      EXPECT_EQ(select(on_recv(after(1h)), on_recv(after(1ms))), 1u);
    });
    other.join();
  }
}

// Not under sim, where time does not wait for threads outside.
WEFT_TEST_WITH("T8.3", "a timer that a thread waits for may be moved by a goroutine, and the other way round",
               .on = sched_only) {
  const timer t(1h);
  partner thread(party::thread, [=] { EXPECT_TRUE(t.channel().recv()); });
  until_waiting(1);
  EXPECT_TRUE(t.reset(1ms));
  thread.join();
  weft::task<void> waiting = weft::spawn([=] { EXPECT_TRUE(t.channel().recv()); });
  static_cast<void>(t.reset(1h));
  settle();
  partner mover(party::thread, [=] { EXPECT_TRUE(t.reset(1ms)); });
  mover.join();
  waiting.join();
}

WEFT_TEST("A1.1", "a coroutine may wait for a timer") {
  const clock::time_point start = clock::now();
  const chan<clock::time_point> got;
  const timer t(1ms);
  const auto relay = [](weft::receiver<clock::time_point> from, chan<clock::time_point> to) -> detached {
    const std::optional<clock::time_point> at = co_await from.async_recv();
    co_await to.async_send(at.value());
  };
  relay(t.channel(), got);
  EXPECT_GE(got.recv().value(), start + 1ms);
}

}  // namespace

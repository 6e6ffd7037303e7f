// SPDX-License-Identifier: Apache-2.0
//
// Tickers: what a receiver finds that is fast, slow, or late.
#include <chrono>
#include <mutex>
#include <set>
#include <vector>

#include "styles.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::clock;
using weft::tick;
using weft::ticker;

WEFT_TEST("T6.1", "a ticker gives the moment of every interval") {
  const clock::time_point start = clock::now();
  const ticker t(1ms);
  clock::time_point last = start;
  for (int i = 0; i < 5; ++i) {
    const clock::time_point at = t.channel().recv().value();
    EXPECT_GE(at, last + 1ms);
    EXPECT_LE(at, clock::now());
    last = at;
  }
}

WEFT_TEST_WITH("T6.1", "in virtual time the ticks come exactly", .on = sim_only) {
  const clock::time_point start = clock::now();
  const ticker t(1h);
  int n = 0;
  for (const clock::time_point at : t.channel()) {
    EXPECT_EQ(at, start + ++n * 1h);
    EXPECT_EQ(clock::now(), at);
    if (n == 10) break;
  }
}

WEFT_TEST_WITH("T6.1", "the moments of a ticker do not drift, whoever is late", .seeds = 20) {
  const ticker t(200us);
  const clock::time_point first = t.channel().recv().value();
  for (int i = 0; i < 20; ++i) {
    if (i % 3 == 0) weft::sleep_for(700us);
    EXPECT_EQ((t.channel().recv().value() - first) % 200us, 0us);
  }
}

WEFT_TEST("T6.2", "a slow receiver finds one tick, the oldest that it has not seen, and then the next to come") {
  const clock::time_point start = clock::now();
  const ticker t(2ms);
  const clock::time_point made = clock::now();
  weft::sleep_for(9ms);
  const clock::time_point looked = clock::now();
  const clock::time_point oldest = t.channel().recv().value();
  EXPECT_GE(oldest, start + 2ms);
  EXPECT_LE(oldest, made + 2ms);
  EXPECT_GT(t.channel().recv().value(), looked) << "those in between are dropped";
}

WEFT_TEST_WITH("T6.2", "in virtual time one tick is pending, however many have come", .on = sim_only) {
  const clock::time_point start = clock::now();
  const ticker t(1s);
  weft::sleep_for(10500ms);
  EXPECT_EQ(*t.channel().try_recv(), start + 1s);
  EXPECT_TRUE(t.channel().try_recv().empty());
  EXPECT_EQ(t.channel().recv(), start + 11s);
  weft::sleep_until(start + 12s);
  EXPECT_EQ(*t.channel().try_recv(), start + 12s);
  EXPECT_EQ(t.channel().len() + t.channel().cap(), 0u);
}

WEFT_TEST("T6.3", "stop ends the ticks, also one that is pending, and does not close the channel") {
  const ticker t(1ms);
  weft::sleep_for(3ms);
  t.stop();
  EXPECT_TRUE(t.channel().try_recv().empty()) << "empty, not closed";
  EXPECT_FALSE(t.channel().recv_for(3ms));
  t.stop();
  ticker().stop();
}

WEFT_TEST("T6.4", "reset gives a ticker another interval, from now on, and drops a pending tick") {
  const ticker t(1ms);
  weft::sleep_for(2ms);
  t.reset(1h);
  EXPECT_TRUE(t.channel().try_recv().empty());
  const clock::time_point reset = clock::now();
  t.reset(5ms);
  const clock::time_point first = t.channel().recv().value();
  EXPECT_GE(first, reset + 5ms);
  EXPECT_GE(t.channel().recv().value(), first + 5ms);
  t.stop();
  t.reset(1ms);
  EXPECT_TRUE(t.channel().recv()) << "also when it was stopped";
}

WEFT_TEST("T6.4", "a ticker that is reset to a shorter interval wakes those who wait for it") {
  const ticker t(1h);
  weft::task<void> waiting = weft::spawn([=] { EXPECT_TRUE(t.channel().recv()); });
  settle();
  t.reset(1ms);
  waiting.join();
}

WEFT_TEST("T6.5", "tick is the channel of a ticker; of an interval that is not positive it is null") {
  EXPECT_FALSE(tick(0s));
  EXPECT_FALSE(tick(-1s));
  const auto ticks = tick(1ms);
  const clock::time_point first = ticks.recv().value();
  EXPECT_GE(ticks.recv().value(), first + 1ms);
}

WEFT_TEST("T6.6", "many who wait for one ticker get a tick each") {
  const ticker t(1ms);
  weft::wait_group all;
  const weft::chan<clock::time_point> got(5);
  for (int i = 0; i < 5; ++i) all.go([=] { got.send(t.channel().recv().value()); });
  all.wait();
  std::set<clock::time_point> different;
  for (int i = 0; i < 5; ++i) different.insert(got.recv().value());
  EXPECT_EQ(different.size(), 5u);
}

WEFT_TEST_WITH("T6.6", "in virtual time those who wait for a ticker are served first come, first served",
               .on = sim_only) {
  const clock::time_point start = clock::now();
  const ticker t(1s);
  std::vector<int> order;
  weft::mutex ordering;
  weft::wait_group all;
  for (int i = 0; i < 5; ++i) {
    all.go([&, i] {
      EXPECT_EQ(t.channel().recv(), start + (i + 1) * 1s);
      const std::scoped_lock hold(ordering);
      order.push_back(i);
    });
    settle();
  }
  all.wait();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

WEFT_TEST("T6.1", "a ticker of the shortest interval does not keep others from running") {
  const ticker t(1ns);
  weft::task<int> busy = weft::spawn([] {
    int n = 0;
    for (int i = 0; i < 100; ++i) {
      weft::yield();
      ++n;
    }
    return n;
  });
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(t.channel().recv());
  EXPECT_EQ(busy.join(), 100);
}

WEFT_TEST_WITH("T1.3", "a ticker of an interval that is too long for the clock never ticks", .seeds = 5) {
  const ticker t(std::chrono::hours::max());
  EXPECT_FALSE(t.channel().recv_for(1ms));
  t.reset(std::chrono::nanoseconds::max() - 1ns);
  EXPECT_TRUE(t.channel().try_recv().empty());
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// weft::timer: stop and reset, before and after the moment has come, with and without somebody who waits.
#include <chrono>
#include <random>
#include <vector>

#include "styles.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::clock;
using weft::timer;

WEFT_TEST("T3.1", "stop calls a timer off, and says whether it did") {
  const timer t(1h);
  EXPECT_TRUE(t.stop());
  EXPECT_FALSE(t.stop()) << "the second time there is nothing to stop";
  EXPECT_TRUE(t.channel().try_recv().empty());
  const timer soon(0s);
  EXPECT_TRUE(soon.channel().recv());
  EXPECT_FALSE(soon.stop()) << "its moment has been received";
}

WEFT_TEST("T3.2", "stop is true though the moment has passed, if nobody has received it, and then nobody will") {
  for (const auto d : {0ns, 1'000'000ns}) {
    const timer t(d);
    weft::sleep_for(2ms);
    EXPECT_TRUE(t.stop());
    EXPECT_TRUE(t.channel().try_recv().empty());
    EXPECT_FALSE(t.channel().recv_for(1ms));
  }
}

WEFT_TEST("T3.2", "stop takes the moment from those who wait for it") {
  const timer t(1h);
  weft::task<void> waiting = weft::spawn([=] {
    EXPECT_TRUE(t.channel().recv());
    EXPECT_TRUE(t.channel().try_recv().empty());
  });
  settle();
  EXPECT_TRUE(t.stop());
  settle();
  EXPECT_FALSE(t.reset(1ms)) << "it was stopped";
  waiting.join();
}

WEFT_TEST("T4.1", "reset moves a timer, and says whether it was to come") {
  const clock::time_point start = clock::now();
  const timer t(1h);
  EXPECT_TRUE(t.reset(2ms));
  EXPECT_GE(t.channel().recv().value(), start + 2ms);
  EXPECT_FALSE(t.reset(1ms)) << "received";
  EXPECT_TRUE(t.channel().recv());
  EXPECT_FALSE(t.reset(1h));
  EXPECT_TRUE(t.stop());
  EXPECT_FALSE(t.reset(0s)) << "stopped";
  EXPECT_TRUE(t.reset(-1s)) << "due, and not received";
  EXPECT_TRUE(t.channel().recv());
}

WEFT_TEST("T4.2", "after a reset nothing of before is received, and nothing needs to be drained") {
  const timer t(0s);
  weft::sleep_for(1ms);
  EXPECT_TRUE(t.reset(1h));
  EXPECT_TRUE(t.channel().try_recv().empty());
  const clock::time_point reset = clock::now();
  EXPECT_TRUE(t.reset(2ms));
  EXPECT_GE(t.channel().recv().value(), reset + 2ms);
}

WEFT_TEST("T4.3", "a timer that is reset to an earlier moment wakes those who wait then") {
  for (int round = 0; round < 5; ++round) {
    const timer t(1h);
    weft::task<clock::time_point> waiting = weft::spawn([=] { return t.channel().recv().value(); });
    settle();
    const clock::time_point before = clock::now();
    EXPECT_TRUE(t.reset(1ms));
    const clock::time_point at = waiting.join();
    EXPECT_GE(at, before + 1ms);
    EXPECT_LT(clock::now(), before + 10s);
  }
}

WEFT_TEST("T4.3", "a timer that is reset to a later moment wakes nobody before") {
  const timer t(2ms);
  const clock::time_point start = clock::now();
  weft::task<clock::time_point> waiting = weft::spawn([=] { return t.channel().recv().value(); });
  settle();
  if (t.reset(6ms)) {
    EXPECT_GE(waiting.join(), start + 6ms);
    EXPECT_GE(clock::now(), start + 6ms);
  } else {
    waiting.join();  // the machine was slow
  }
}

WEFT_TEST_WITH("T4.3", "many timers that are moved at random fire once each, not before they should", .seeds = 20) {
  std::minstd_rand chance(17);
  const clock::time_point start = clock::now();
  std::vector<timer> timers;
  weft::wait_group all;
  for (int i = 0; i < 50; ++i) timers.emplace_back(std::chrono::microseconds(chance() % 5000));
  for (const timer& t : timers) {
    all.go([=] {
      EXPECT_TRUE(t.channel().recv());
      EXPECT_FALSE(t.stop());
    });
  }
  for (int i = 0; i < 200; ++i) {
    const timer& t = timers[chance() % timers.size()];
    if (t.stop()) static_cast<void>(t.reset(std::chrono::microseconds(chance() % 5000)));
  }
  all.wait();
  EXPECT_GE(clock::now(), start);
}

WEFT_TEST("T1.3", "timers of durations that are too long for the clock never come, and can be moved") {
  for (const auto d : {std::chrono::nanoseconds::max(), std::chrono::nanoseconds::max() - 1ns}) {
    const timer t(d);
    EXPECT_TRUE(t.channel().try_recv().empty());
    EXPECT_FALSE(t.channel().recv_for(1ms));
    static_cast<void>(t.reset(std::chrono::hours::max()));
    EXPECT_TRUE(t.channel().try_recv().empty());
    static_cast<void>(t.reset(0s));
    EXPECT_TRUE(t.channel().try_recv());
  }
}

WEFT_TEST("T2.2", "the channel of a timer has neither length nor room in any state") {
  const timer t(1ms);
  const auto bare = [&] { return t.channel().len() == 0 && t.channel().cap() == 0; };
  EXPECT_TRUE(bare());
  weft::sleep_for(2ms);
  EXPECT_TRUE(bare());
  static_cast<void>(t.stop());
  EXPECT_TRUE(bare());
  static_cast<void>(t.reset(0s));
  EXPECT_TRUE(bare());
  static_cast<void>(t.channel().recv());
  EXPECT_TRUE(bare());
}

WEFT_TEST("T3.3", "copies of a timer are one timer, and its channel outlives it") {
  weft::receiver<clock::time_point> due;
  {
    const timer t(1ms);
    const timer copy = t;
    due = copy.channel();
    EXPECT_EQ(due, t.channel());
    EXPECT_TRUE(copy.stop());
    EXPECT_FALSE(t.stop());
    EXPECT_FALSE(copy.reset(1ms));
  }
  EXPECT_TRUE(due.recv());
}

WEFT_TEST("T3.3", "a timer that was not made or was moved from has the null channel") {
  timer none;
  EXPECT_FALSE(none.channel());
  timer t(1h);
  none = std::move(t);
  EXPECT_TRUE(none.channel());
  EXPECT_TRUE(none.stop());
}

}  // namespace

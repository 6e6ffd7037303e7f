// SPDX-License-Identifier: Apache-2.0
//
// Sleeping, after and the clock. Under sim time is virtual and exact; under sched nobody is early, and how late one may
// be is not promised, so these tests allow seconds.
#include <chrono>
#include <mutex>
#include <vector>

#include "styles.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::after;
using weft::clock;

WEFT_TEST("T1.1", "a sleeper does not wake early") {
  for (const auto d : {1ns, 999ns, 1'000'000ns, 5'000'000ns}) {
    const clock::time_point start = clock::now();
    weft::sleep_for(d);
    EXPECT_GE(clock::now() - start, d);
  }
}

WEFT_TEST_WITH("T1.1", "in virtual time a sleeper wakes exactly when it is due", .on = sim_only) {
  const clock::time_point start = clock::now();
  weft::sleep_for(1h);
  EXPECT_EQ(clock::now() - start, 1h);
  weft::sleep_for(std::chrono::duration<double, std::nano>(0.25));
  EXPECT_EQ(clock::now() - start, 1h + 1ns);
}

WEFT_TEST("T1.2", "a sleep of nothing or less returns at once") {
  for (int i = 0; i < 100; ++i) {
    weft::sleep_for(0ns);
    weft::sleep_for(-1h);
    weft::sleep_for(std::chrono::nanoseconds::min());
    weft::sleep_until(clock::time_point());
    weft::sleep_until(clock::now());
  }
}

WEFT_TEST_WITH("T1.3", "a sleep that is too long for the clock lasts for ever", .drain = false) {
  EXPECT_TRUE(pending([] { weft::sleep_for(std::chrono::hours::max()); }).waits());
  EXPECT_TRUE(pending([] { weft::sleep_for(std::chrono::nanoseconds::max()); }).waits());
  EXPECT_TRUE(pending([] { weft::sleep_for(std::chrono::duration<double>(1e300)); }).waits());
  const auto never = after(std::chrono::years(10'000));
  EXPECT_TRUE(pending([=] { static_cast<void>(never.recv()); }).waits());
  weft::sleep_for(1ms);
  EXPECT_TRUE(never.try_recv().empty());
}

WEFT_TEST_WITH("T1.4", "with one worker sleepers wake in the order of their times", .workers = {1}) {
  std::vector<int> order;
  weft::mutex m;
  weft::wait_group all;
  const clock::time_point start = clock::now();
  for (const int place : {3, 1, 4, 0, 2}) {
    all.go([&, place] {
      weft::sleep_until(start + place * 20ms);
      const std::scoped_lock hold(m);
      order.push_back(place);
    });
  }
  all.wait();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

WEFT_TEST_WITH("T1.4", "many sleepers at once all wake", .seeds = 20) {
  std::atomic<int> woken = 0;
  weft::wait_group all;
  for (int i = 0; i < 1000; ++i) {
    all.go([&, i] {
      weft::sleep_for(std::chrono::microseconds(i * 7919 % 10'000));
      ++woken;
    });
  }
  all.wait();
  EXPECT_EQ(woken, 1000);
}

WEFT_TEST("T1.5", "a sleeper does not hold up its worker") {
  weft::task<void> sleeper = weft::spawn([] { weft::sleep_for(20ms); });
  const weft::chan<int> c;
  weft::go([=] {
    for (int i = 0; i < 100; ++i) c.send(i);
  });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(c.recv(), i);
  sleeper.join();
}

WEFT_TEST("T2.2", "after delivers one value: the moment at which it was due, however late it is read") {
  const clock::time_point before = clock::now();
  const auto due = after(2ms);
  const clock::time_point set = clock::now();
  EXPECT_TRUE(due.try_recv().empty());
  weft::sleep_for(10ms);
  const std::optional<clock::time_point> moment = due.recv();
  ASSERT_TRUE(moment);
  EXPECT_GE(*moment, before + 2ms);
  EXPECT_LE(*moment, set + 2ms);
  EXPECT_TRUE(due.try_recv().empty());
}

WEFT_TEST("T2.3", "an after of nothing or less is there at once") {
  EXPECT_TRUE(after(0s).try_recv());
  EXPECT_TRUE(after(-5s).try_recv());
}

WEFT_TEST("T2.4", "an after that nobody waits for keeps nobody") {
  for (int i = 0; i < 100; ++i) static_cast<void>(after(1ms));
  weft::sleep_for(3ms);
}

WEFT_TEST_WITH("T11.1", "virtual time stands still while anybody can run", .on = sim_only) {
  const clock::time_point start = clock::now();
  const weft::chan<int> c;
  weft::go([=] {
    for (int i = 0; i < 1000; ++i) c.send(i);
  });
  for (int i = 0; i < 1000; ++i) static_cast<void>(c.recv());
  EXPECT_EQ(clock::now(), start);
}

WEFT_TEST("T11.2", "the clock does not go backwards") {
  clock::time_point last = clock::now();
  for (int i = 0; i < 1000; ++i) {
    const clock::time_point now = clock::now();
    EXPECT_GE(now, last);
    last = now;
    if (i % 100 == 0) weft::yield();
  }
}

WEFT_TEST_WITH("T2.5", "due timers run although every worker is busy with channels", .on = sched_only,
               .workers = {1, 2}) {
  const weft::chan<int> a, b;
  const weft::chan<weft::unit> stop;
  for (int pair = 0; pair < 2; ++pair) {
    weft::go([=] {
      while (weft::select(weft::on_send(a, 1), weft::on_recv(b), weft::on_recv(stop)) != 2) continue;
    });
    weft::go([=] {
      while (weft::select(weft::on_recv(a), weft::on_send(b, 1), weft::on_recv(stop)) != 2) continue;
    });
  }
  const clock::time_point start = clock::now();
  for (int i = 0; i < 20; ++i) static_cast<void>(after(1ms).recv());
  EXPECT_LT(clock::now() - start, 5s);
  stop.close();
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// The bounded forms of the mutex.
#include <chrono>
#include <mutex>
#include <vector>

#include "sync_limits.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::clock;

WEFT_TEST("M1.6", "a bounded lock takes a free mutex at once, whatever the time") {
  weft::mutex m;
  caller_off ctx;
  EXPECT_EQ(how(m.lock(ctx)), "ok");
  m.unlock();
  EXPECT_TRUE(m.try_lock_for(1h));
  m.unlock();
  EXPECT_TRUE(m.try_lock_for(-1h));
  m.unlock();
  EXPECT_TRUE(m.try_lock_until(clock::time_point()));
  m.unlock();
}

WEFT_TEST("M1.6", "a cancelled context wins over a free mutex") {
  weft::mutex m;
  caller_off ctx;
  ctx.cancel();
  EXPECT_EQ(how(m.lock(ctx)), "cancelled");
  EXPECT_TRUE(m.try_lock());
  EXPECT_EQ(how(m.lock(ctx)), "cancelled");
  m.unlock();
}

WEFT_TEST("M1.6", "a lock with a limit without bounds waits as long as it takes") {
  weft::mutex m;
  m.lock();
  weft::task<void> other = weft::spawn([&] {
    EXPECT_EQ(how(m.lock(weft::detail::wait_limit{})), "ok");
    m.unlock();
  });
  settle();
  m.unlock();
  other.join();
}

WEFT_TEST("M1.6", "a lock gives up when its time has passed, and not before") {
  weft::mutex m;
  m.lock();
  const clock::time_point start = clock::now();
  EXPECT_FALSE(m.try_lock_for(2ms));
  EXPECT_GE(clock::now() - start, 2ms);
  EXPECT_FALSE(m.try_lock_until(start + 5ms));
  EXPECT_GE(clock::now() - start, 5ms);
  EXPECT_FALSE(m.try_lock_for(0ms));
  EXPECT_FALSE(m.try_lock_until(start));
  m.unlock();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

WEFT_TEST("M1.6", "a lock that is called off has not happened, and the mutex is as before") {
  weft::mutex m;
  caller_off ctx;
  m.lock();
  weft::task<std::string> other = weft::spawn([&] { return how(m.lock(ctx)); });
  settle();
  ctx.cancel();
  EXPECT_EQ(other.join(), "cancelled");
  EXPECT_FALSE(m.try_lock());
  m.unlock();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

WEFT_TEST("M1.6", "of one context that calls off many locks, those that have none are called off") {
  weft::mutex m;
  caller_off ctx;
  m.lock();
  std::vector<weft::task<std::string>> all;
  for (int i = 0; i < 10; ++i) all.push_back(weft::spawn([&] { return how(m.lock(ctx)); }));
  settle();
  ctx.cancel();
  for (auto& each : all) EXPECT_EQ(each.join(), "cancelled");
  m.unlock();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

WEFT_TEST("M1.6", "who gives up in the queue does not keep those behind from the lock") {
  for (const int place : {0, 1, 2}) {
    weft::mutex m;
    caller_off ctx;
    std::vector<int> order;
    m.lock();
    std::vector<weft::task<void>> all;
    for (int i = 0; i < 3; ++i) {
      all.push_back(weft::spawn([&, i] {
        if (i == place) {
          EXPECT_EQ(how(m.lock(ctx)), "cancelled");
          return;
        }
        const std::scoped_lock hold(m);
        order.push_back(i);
      }));
      settle();
    }
    ctx.cancel();
    all[static_cast<std::size_t>(place)].join();
    m.unlock();
    for (int i = 0; i < 3; ++i) {
      if (i != place) all[static_cast<std::size_t>(i)].join();
    }
    EXPECT_EQ(order.size(), 2u);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  }
}

WEFT_TEST("M1.6", "an unlock and a cancel at the same time: the lock goes to the one or to nobody") {
  weft::mutex m;
  caller_off ctx;
  m.lock();
  weft::task<bool> other = weft::spawn([&] {
    const bool got = m.lock(ctx).has_value();
    if (got) m.unlock();
    return got;
  });
  weft::task<void> third = weft::spawn([&] { const std::scoped_lock hold(m); });
  settle();
  weft::task<void> cancels = weft::spawn([&] { ctx.cancel(); });
  m.unlock();
  cancels.join();
  static_cast<void>(other.join());
  third.join();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

WEFT_TEST_WITH("M1.1 M1.6", "lock, bounded lock and try_lock in any mixture exclude each other and lose nobody",
               .seeds = 100) {
  weft::mutex m;
  int counter = 0, inside = 0, got = 0;
  weft::wait_group all;
  for (int g = 0; g < 8; ++g) {
    all.go([&, g] {
      for (int i = 0; i < 50; ++i) {
        caller_off ctx;
        bool mine = true;
        if (g % 4 == 0) m.lock();
        if (g % 4 == 1) mine = m.try_lock_for(std::chrono::microseconds(i));
        if (g % 4 == 2) {
          weft::task<void> cancels = weft::spawn([&] { ctx.cancel(); });
          mine = m.lock(ctx).has_value();
          cancels.join();
        }
        if (g % 4 == 3) mine = m.try_lock();
        if (!mine) {
          weft::yield();
          continue;
        }
        EXPECT_EQ(++inside, 1);
        ++counter, ++got;
        if (i % 8 == 0) weft::yield();
        --inside;
        m.unlock();
      }
    });
  }
  all.wait();
  EXPECT_EQ(counter, got);
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

WEFT_TEST("M1.3", "a mutex works with the timed forms of std::unique_lock") {
  weft::mutex m;
  {
    const std::unique_lock first(m, 1ms);
    EXPECT_TRUE(first.owns_lock());
    std::unique_lock second(m, 1ms);
    EXPECT_FALSE(second.owns_lock());
    EXPECT_FALSE(second.try_lock_until(clock::now() + 1ms));
  }
  std::unique_lock third(m, std::defer_lock);
  EXPECT_TRUE(third.try_lock_for(1ms));
}

WEFT_TEST("M1.6", "durations that are too long for the clock mean for ever, and those with fractions count") {
  weft::mutex m;
  m.lock();
  weft::task<bool> other = weft::spawn([&] {
    const bool got = m.try_lock_for(std::chrono::hours::max());
    if (got) m.unlock();
    return got;
  });
  EXPECT_FALSE(m.try_lock_for(std::chrono::duration<double, std::milli>(0.5)));
  settle();
  m.unlock();
  EXPECT_TRUE(other.join());
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// The bounded forms of the condition.
#include <memory>
#include <mutex>
#include <vector>

#include "sync_limits.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::clock;

WEFT_TEST("M9.7", "a wait gives up when its time has passed, and not before, with the lock held") {
  weft::mutex m;
  weft::condition c;
  std::unique_lock lock(m);
  const clock::time_point start = clock::now();
  EXPECT_EQ(how(c.wait_for(lock, 2ms)), "timed out");
  EXPECT_GE(clock::now() - start, 2ms);
  EXPECT_TRUE(lock.owns_lock());
  EXPECT_FALSE(m.try_lock());
  EXPECT_EQ(how(c.wait_until(lock, start + 4ms)), "timed out");
  EXPECT_GE(clock::now() - start, 4ms);
  EXPECT_EQ(how(c.wait_for(lock, -1h)), "timed out");
}

WEFT_TEST("M9.7", "a wait whose time has passed lets others have the lock meanwhile") {
  weft::mutex m;
  weft::condition c;
  bool done = false;
  weft::task<void> other = weft::spawn([&] {
    const std::scoped_lock lock(m);
    done = true;
  });
  std::unique_lock lock(m);
  while (!done) {
    EXPECT_EQ(how(c.wait_for(lock, 0ns)), "timed out");
    weft::yield();
  }
  lock.unlock();
  other.join();
}

WEFT_TEST("M9.7", "a wait that is called off returns with the lock held, also if that takes a while") {
  weft::mutex m;
  weft::condition c;
  caller_off ctx;
  const pending waits([&] {
    std::unique_lock lock(m);
    EXPECT_EQ(how(c.wait(ctx, lock)), "cancelled");
    EXPECT_TRUE(lock.owns_lock());
    EXPECT_FALSE(m.try_lock());
  });
  m.lock();
  ctx.cancel();
  EXPECT_TRUE(waits.waits());
  m.unlock();
  EXPECT_TRUE(waits.ended());
}

WEFT_TEST("M9.7", "a context that is cancelled already: no wait, and the lock stays") {
  weft::mutex m;
  weft::condition c;
  caller_off ctx;
  ctx.cancel();
  std::unique_lock lock(m);
  EXPECT_EQ(how(c.wait(ctx, lock)), "cancelled");
  EXPECT_EQ(how(c.wait(ctx, lock, [] { return true; })), "cancelled");
  EXPECT_TRUE(lock.owns_lock());
}

WEFT_TEST("M9.8", "a notification passes over those who have given up") {
  weft::mutex m;
  weft::condition c;
  caller_off ctx;
  weft::task<std::string> first = weft::spawn([&] {
    std::unique_lock lock(m);
    return how(c.wait(ctx, lock));
  });
  settle();
  const pending second([&] {
    std::unique_lock lock(m);
    c.wait(lock);
  });
  ctx.cancel();
  c.notify_one();
  EXPECT_EQ(first.join(), "cancelled");
  EXPECT_TRUE(second.ended());
}

WEFT_TEST("M9.8", "a cancel and a notification at the same time: one is notified, whoever that is") {
  weft::mutex m;
  weft::condition c;
  caller_off ctx;
  weft::task<std::string> first = weft::spawn([&] {
    std::unique_lock lock(m);
    return how(c.wait(ctx, lock));
  });
  settle();
  const pending second([&] {
    std::unique_lock lock(m);
    c.wait(lock);
  });
  weft::task<void> cancels = weft::spawn([&] { ctx.cancel(); });
  c.notify_one();
  cancels.join();
  const bool first_notified = first.join() == "ok";
  EXPECT_EQ(second.ended(), !first_notified);
  c.notify_one();
  EXPECT_TRUE(second.ended());
}

WEFT_TEST("M9.8", "a notification in time is taken, though the deadline comes before the lock is free again") {
  weft::mutex m;
  weft::condition c;
  weft::task<std::string> waits = weft::spawn([&] {
    std::unique_lock lock(m);
    return how(c.wait_for(lock, 1h));
  });
  settle();
  m.lock();
  c.notify_one();
  weft::sleep_for(2ms);
  m.unlock();
  EXPECT_EQ(waits.join(), "ok");
}

WEFT_TEST("M9.9", "a bounded wait with a predicate tells whether it holds at the end") {
  weft::mutex m;
  weft::condition c;
  std::unique_lock lock(m);
  bool holds = true;
  EXPECT_EQ(how(c.wait_for(lock, -1s, [&] { return holds; })), "ok");
  holds = false;
  EXPECT_EQ(how(c.wait_for(lock, 1ms, [&] { return holds; })), "timed out");
  EXPECT_EQ(how(c.wait_until(lock, clock::now() + 1ms, [&] { return holds; })), "timed out");
  weft::task<void> changes = weft::spawn([&] {
    const std::scoped_lock mine(m);
    holds = true;  // and tells nobody
  });
  EXPECT_EQ(how(c.wait_for(lock, 5ms, [&] { return holds; })), "ok");
  lock.unlock();
  changes.join();
}

WEFT_TEST("M9.9", "a wait with a predicate that is called off in the middle says so") {
  weft::mutex m;
  weft::condition c;
  caller_off ctx;
  weft::task<std::string> waits = weft::spawn([&] {
    std::unique_lock lock(m);
    return how(c.wait(ctx, lock, [] { return false; }));
  });
  settle();
  c.notify_all();
  settle();
  ctx.cancel();
  EXPECT_EQ(waits.join(), "cancelled");
}

WEFT_TEST_WITH("M9.8", "among many who give up no notification is lost: each goes to one who waits", .seeds = 100) {
  weft::mutex m;
  weft::condition c;
  int tokens = 0, taken = 0;
  weft::wait_group all;
  for (int g = 0; g < 6; ++g) {
    all.go([&, g] {
      for (int i = 0; i < 20;) {
        std::unique_lock lock(m);
        if (g % 2 == 0) {
          c.wait(lock, [&] { return tokens > 0; });
        } else if (!c.wait_for(lock, std::chrono::microseconds(i % 3), [&] { return tokens > 0; })) {
          lock.unlock();
          weft::yield();
          continue;
        }
        --tokens;
        ++taken;
        ++i;
      }
    });
  }
  for (int i = 0; i < 120; ++i) {
    const std::scoped_lock lock(m);
    ++tokens;
    c.notify_one();
    if (i % 8 == 0) weft::yield();
  }
  all.wait();
  EXPECT_EQ(taken, 120);
}

WEFT_TEST("M9.9", "a bounded wait looks exactly once more when time has passed, at a predicate that cannot be copied") {
  weft::mutex m;
  weft::condition c;
  std::unique_lock lock(m);
  int looks = 0;
  EXPECT_EQ(how(c.wait_for(lock, 1ms, [&, own = std::make_unique<int>(2)] { return ++looks > *own; })), "timed out");
  EXPECT_EQ(looks, 2);
  looks = 0;
  EXPECT_EQ(
      how(c.wait_until(lock, clock::now() + 1ms, [&, own = std::make_unique<int>(2)] { return ++looks == *own; })),
      "ok");
  EXPECT_EQ(looks, 2);
}

}  // namespace

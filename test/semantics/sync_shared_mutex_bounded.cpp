// SPDX-License-Identifier: Apache-2.0
//
// The bounded forms of the shared_mutex.
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "sync_limits.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::clock;

WEFT_TEST("M5.7", "bounded locks take a free shared_mutex at once, whatever the time") {
  weft::shared_mutex m;
  caller_off ctx;
  EXPECT_EQ(how(m.lock(ctx)), "ok");
  m.unlock();
  EXPECT_EQ(how(m.lock_shared(ctx)), "ok");
  EXPECT_TRUE(m.try_lock_shared_for(-1s));
  EXPECT_TRUE(m.try_lock_shared_until(clock::time_point()));
  for (int i = 0; i < 3; ++i) m.unlock_shared();
  EXPECT_TRUE(m.try_lock_for(0s));
  m.unlock();
}

WEFT_TEST("M5.7", "a cancelled context wins over a free shared_mutex") {
  weft::shared_mutex m;
  caller_off ctx;
  ctx.cancel();
  EXPECT_EQ(how(m.lock(ctx)), "cancelled");
  EXPECT_EQ(how(m.lock_shared(ctx)), "cancelled");
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

WEFT_TEST("M5.7", "both kinds give up when their time has passed, and not before") {
  weft::shared_mutex m;
  m.lock();
  const clock::time_point start = clock::now();
  EXPECT_FALSE(m.try_lock_for(2ms));
  EXPECT_GE(clock::now() - start, 2ms);
  EXPECT_FALSE(m.try_lock_shared_for(2ms));
  EXPECT_GE(clock::now() - start, 4ms);
  EXPECT_FALSE(m.try_lock_shared_until(start + 6ms));
  EXPECT_FALSE(m.try_lock_until(start + 7ms));
  EXPECT_GE(clock::now() - start, 7ms);
  m.unlock();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

WEFT_TEST("M5.8", "a writer that gives up lets in the readers whom it has kept out") {
  weft::shared_mutex m;
  caller_off ctx;
  m.lock_shared();
  weft::task<std::string> writer = weft::spawn([&] { return how(m.lock(ctx)); });
  settle();
  const pending one([&] { m.lock_shared(); });
  const pending two([&] { m.lock_shared(); });
  EXPECT_TRUE(one.waits());
  ctx.cancel();
  EXPECT_EQ(writer.join(), "cancelled");
  EXPECT_TRUE(one.ended());
  EXPECT_TRUE(two.ended());
  for (int i = 0; i < 3; ++i) m.unlock_shared();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

WEFT_TEST("M5.8", "a writer that gives up lets in readers up to the next writer") {
  weft::shared_mutex m;
  caller_off ctx;
  m.lock_shared();
  weft::task<std::string> gives_up = weft::spawn([&] { return how(m.lock(ctx)); });
  settle();
  const pending before([&] { m.lock_shared(); });
  const pending writer([&] { m.lock(); });
  const pending behind([&] { m.lock_shared(); });
  ctx.cancel();
  EXPECT_EQ(gives_up.join(), "cancelled");
  EXPECT_TRUE(before.ended());
  EXPECT_TRUE(writer.waits());
  EXPECT_TRUE(behind.waits());
  m.unlock_shared();
  m.unlock_shared();
  EXPECT_TRUE(writer.ended());
  m.unlock();
  EXPECT_TRUE(behind.ended());
  m.unlock_shared();
}

WEFT_TEST("M5.8", "a reader that gives up changes nothing for the others") {
  weft::shared_mutex m;
  m.lock();
  caller_off ctx;
  weft::task<std::string> reader = weft::spawn([&] { return how(m.lock_shared(ctx)); });
  settle();
  const pending other([&] { m.lock_shared(); });
  ctx.cancel();
  EXPECT_EQ(reader.join(), "cancelled");
  EXPECT_TRUE(other.waits());
  m.unlock();
  EXPECT_TRUE(other.ended());
  m.unlock_shared();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

WEFT_TEST("M5.8", "an unlock and a writer's giving up at the same time leave the lock whole") {
  weft::shared_mutex m;
  caller_off ctx;
  m.lock_shared();
  weft::task<bool> writer = weft::spawn([&] {
    const bool got = m.lock(ctx).has_value();
    if (got) m.unlock();
    return got;
  });
  weft::task<void> reader = weft::spawn([&] { const std::shared_lock hold(m); });
  settle();
  weft::task<void> cancels = weft::spawn([&] { ctx.cancel(); });
  m.unlock_shared();
  cancels.join();
  static_cast<void>(writer.join());
  reader.join();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

WEFT_TEST_WITH("M5.1 M5.8", "bounded and plain locks in any mixture exclude each other and lose nobody", .seeds = 100) {
  weft::shared_mutex m;
  std::atomic<int> activity = 0;
  weft::wait_group all;
  for (int g = 0; g < 8; ++g) {
    all.go([&, g] {
      for (int i = 0; i < 25; ++i) {
        caller_off ctx;
        weft::task<void> cancels = weft::spawn([&] { ctx.cancel(); });
        const bool writes = g % 2 == 0;
        bool mine = true;
        if (g < 4)
          mine = writes ? m.lock(ctx).has_value() : m.lock_shared(ctx).has_value();
        else if (g < 6)
          mine = writes ? m.try_lock_for(std::chrono::microseconds(i))
                        : m.try_lock_shared_for(std::chrono::microseconds(i));
        else
          writes ? m.lock() : m.lock_shared();
        cancels.join();
        if (!mine) continue;
        const int now = activity += writes ? 10000 : 1;
        EXPECT_TRUE(writes ? now == 10000 : now < 10000) << now;
        if (i % 4 == 0) weft::yield();
        activity -= writes ? 10000 : 1;
        writes ? m.unlock() : m.unlock_shared();
      }
    });
  }
  all.wait();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

}  // namespace

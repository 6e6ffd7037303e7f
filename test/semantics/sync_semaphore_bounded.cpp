// SPDX-License-Identifier: Apache-2.0
//
// The bounded forms of the semaphore.
#include <vector>

#include "sync_limits.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::clock;
using weft::semaphore;

WEFT_TEST("E2.6", "a bounded acquire takes free units at once, whatever the time") {
  semaphore s(4);
  caller_off ctx;
  EXPECT_EQ(how(s.acquire(ctx)), "ok");
  EXPECT_EQ(how(s.acquire(ctx, 1)), "ok");
  EXPECT_TRUE(s.try_acquire_for(-1s));
  EXPECT_TRUE(s.try_acquire_until(clock::time_point()));
  EXPECT_FALSE(s.try_acquire());
  s.release(4);
}

WEFT_TEST("E2.6", "a cancelled context always fails, even if units are free") {
  semaphore s(2);
  caller_off ctx;
  ctx.cancel();
  EXPECT_EQ(how(s.acquire(ctx)), "cancelled");
  EXPECT_EQ(how(s.acquire(ctx, 0)), "cancelled");
  EXPECT_EQ(how(s.acquire(ctx, 5)), "cancelled");
  EXPECT_TRUE(s.try_acquire(2));
  s.release(2);
}

WEFT_TEST("E2.6", "an acquire gives up when its time has passed, and not before") {
  semaphore s(1);
  s.acquire();
  const clock::time_point start = clock::now();
  EXPECT_FALSE(s.try_acquire_for(2ms));
  EXPECT_GE(clock::now() - start, 2ms);
  EXPECT_FALSE(s.try_acquire_until(start + 4ms));
  EXPECT_GE(clock::now() - start, 4ms);
  EXPECT_FALSE(s.try_acquire_for(0ms));
  s.release();
  EXPECT_TRUE(s.try_acquire());
  s.release();
}

WEFT_TEST("E2.7", "who wants more than there are waits for its limit only, and is in nobody's way") {
  semaphore s(2);
  caller_off ctx;
  weft::task<std::string> too_large = weft::spawn([&] { return how(s.acquire(ctx, 3)); });
  settle();
  s.acquire(2);
  const pending waits([&] { s.acquire(1); });
  s.release(1);
  EXPECT_TRUE(waits.ended());
  s.release(2);
  EXPECT_FALSE(s.try_acquire_for(1ms, 3));
  ctx.cancel();
  EXPECT_EQ(too_large.join(), "cancelled");
  EXPECT_TRUE(s.try_acquire(2));
  s.release(2);
}

WEFT_TEST("E2.8", "when the one in front is called off those behind it get in") {
  semaphore s(4);
  caller_off ctx;
  s.acquire(3);
  weft::task<std::string> large = weft::spawn([&] { return how(s.acquire(ctx, 4)); });
  settle();
  const pending small([&] { s.acquire(1); });
  EXPECT_TRUE(small.waits());
  ctx.cancel();
  EXPECT_EQ(large.join(), "cancelled");
  EXPECT_TRUE(small.ended());
  s.release(4);
}

WEFT_TEST("E2.8", "when the one in front times out those behind it get in") {
  semaphore s(4);
  s.acquire(3);
  weft::task<bool> large = weft::spawn([&] { return s.try_acquire_for(2ms, 4); });
  settle();
  const pending small([&] { s.acquire(1); });
  EXPECT_FALSE(large.join());
  EXPECT_TRUE(small.ended());
  s.release(4);
}

WEFT_TEST("E2.8", "when one in the middle is called off nothing else changes") {
  semaphore s(2);
  caller_off ctx;
  s.acquire(2);
  const pending first([&] { s.acquire(2); });
  weft::task<std::string> middle = weft::spawn([&] { return how(s.acquire(ctx)); });
  settle();
  const pending last([&] { s.acquire(1); });
  ctx.cancel();
  EXPECT_EQ(middle.join(), "cancelled");
  s.release(1);
  EXPECT_TRUE(first.waits());
  EXPECT_TRUE(last.waits());
  s.release(1);
  EXPECT_TRUE(first.ended());
  s.release(2);
  EXPECT_TRUE(last.ended());
  s.release(1);
}

WEFT_TEST("E2.8", "a release and a cancel at the same time: the units go to the one or stay") {
  semaphore s(1);
  caller_off ctx;
  s.acquire();
  weft::task<bool> waits = weft::spawn([&] { return s.acquire(ctx).has_value(); });
  settle();
  weft::task<void> cancels = weft::spawn([&] { ctx.cancel(); });
  s.release();
  cancels.join();
  const bool got = waits.join();
  EXPECT_EQ(s.try_acquire(), !got);
  s.release();
}

WEFT_TEST_WITH("E2.1 E2.8", "with waits that are called off no unit is lost and none is made", .seeds = 100) {
  semaphore s(5);
  std::atomic<int> held = 0;
  weft::wait_group all;
  for (int g = 0; g < 8; ++g) {
    all.go([&, g] {
      const int k = g % 5 + 1;
      for (int i = 0; i < 25; ++i) {
        caller_off ctx;
        weft::task<void> cancels = weft::spawn([&] { ctx.cancel(); });
        const bool mine =
            g % 2 == 0 ? s.acquire(ctx, k).has_value() : s.try_acquire_for(std::chrono::microseconds(i), k);
        cancels.join();
        if (!mine) continue;
        EXPECT_LE(held += k, 5);
        if (i % 4 == 0) weft::yield();
        held -= k;
        s.release(k);
      }
    });
  }
  all.wait();
  EXPECT_TRUE(s.try_acquire(5));
  s.release(5);
}

}  // namespace

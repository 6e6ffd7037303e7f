// SPDX-License-Identifier: Apache-2.0
//
// The semaphore. Its misuse is in test/crash/sync_locks_misuse.cpp.
#include <memory>
#include <vector>

#include "sync_limits.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::clock;
using weft::semaphore;

WEFT_TEST("E2.1", "try_acquire takes what is free and never waits") {
  semaphore s(2);
  std::vector<bool> got;
  got.push_back(s.try_acquire());
  got.push_back(s.try_acquire());
  got.push_back(s.try_acquire());
  s.release();
  got.push_back(s.try_acquire());
  s.release(2);
  got.push_back(s.try_acquire(3));
  got.push_back(s.try_acquire(2));
  EXPECT_EQ(got, (std::vector<bool>{true, true, false, true, false, true}));
  s.release(2);
}

WEFT_TEST("E2.1", "nothing may be acquired, also from a semaphore without units") {
  semaphore s(0);
  s.acquire(0);
  EXPECT_TRUE(s.try_acquire(0));
  s.release(0);
  EXPECT_FALSE(s.try_acquire());
}

WEFT_TEST_WITH("E2.1 M14.5", "at no time are more units held than there are", .seeds = 100) {
  for (const int size : {1, 2, 10}) {
    semaphore s(size);
    std::atomic<int> held = 0;
    weft::wait_group all;
    for (int g = 0; g < 10; ++g) {
      all.go([&, g] {
        const int k = g % size + 1;
        for (int i = 0; i < 20; ++i) {
          s.acquire(k);
          EXPECT_LE(held += k, size);
          if (i % 4 == 0) weft::yield();
          held -= k;
          s.release(k);
        }
      });
    }
    all.wait();
    EXPECT_TRUE(s.try_acquire(size));
    s.release(size);
  }
}

WEFT_TEST("E2.2", "units go to those who wait in the order in which they came") {
  semaphore s(3);
  std::vector<int> order;
  weft::wait_group all;
  s.acquire(3);
  for (int g = 0; g < 6; ++g) {
    all.go([&, g] {
      s.acquire(3);
      order.push_back(g);
      s.release(3);
    });
    settle();
  }
  s.release(3);
  all.wait();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

WEFT_TEST("E2.2", "one who wants many is not starved by those who want few") {
  const std::int64_t n = 5;
  semaphore s(n);
  std::atomic<bool> stop = false;
  weft::wait_group all;
  s.acquire(n);
  for (int g = 0; g < n; ++g) {
    all.go([&] {
      while (!stop) {
        s.acquire();
        weft::yield();
        s.release();
      }
    });
  }
  weft::task<void> large = weft::spawn([&] {
    s.acquire(n);
    stop = true;
    s.release(n);
  });
  settle();
  s.release(n);
  large.join();
  all.wait();
}

WEFT_TEST("E2.2", "one who wants few does not pass one who wants many, though it could be served") {
  semaphore s(4);
  s.acquire(3);
  const pending large([&] { s.acquire(4); });
  EXPECT_FALSE(s.try_acquire());
  const pending small([&] { s.acquire(1); });
  EXPECT_TRUE(small.waits());
  s.release(3);
  EXPECT_TRUE(large.ended());
  EXPECT_TRUE(small.waits());
  s.release(4);
  EXPECT_TRUE(small.ended());
  s.release(1);
}

WEFT_TEST("E2.3 M13.1", "released units are those of who waits at once: no newcomer can take them") {
  semaphore s(1);
  for (int i = 0; i < 50; ++i) {
    s.acquire();
    weft::task<void> waits = weft::spawn([&] { s.acquire(); });
    settle();
    s.release();
    EXPECT_FALSE(s.try_acquire());
    waits.join();
    s.release();
  }
}

WEFT_TEST("E2.3", "one release lets in as many as it is enough for") {
  semaphore s(6);
  s.acquire(6);
  const pending two([&] { s.acquire(2); }), three([&] { s.acquire(3); }), four([&] { s.acquire(4); });
  s.release(5);
  EXPECT_TRUE(two.ended());
  EXPECT_TRUE(three.ended());
  EXPECT_TRUE(four.waits());
  s.release(4);
  EXPECT_TRUE(four.ended());
  s.release(4);
  s.release(2);
}

WEFT_TEST("E2.4", "a permit gives its units back at its end, once, and may be moved") {
  semaphore s(3);
  {
    semaphore::permit two = s.hold(2);
    EXPECT_EQ(two.units(), 2);
    EXPECT_FALSE(s.try_acquire(2));
    semaphore::permit moved = std::move(two);
    EXPECT_FALSE(s.try_acquire(2));
    moved = s.hold(1);
    EXPECT_TRUE(s.try_acquire(2));
    s.release(2);
    moved.release();
    moved.release();
    EXPECT_TRUE(s.try_acquire(3));
    s.release(3);
  }
  EXPECT_TRUE(s.try_acquire(3));
  s.release(3);
}

WEFT_TEST("E2.4", "a bounded permit is there or not") {
  semaphore s(1);
  caller_off ctx;
  {
    const weft::result<semaphore::permit> one = s.hold(ctx);
    EXPECT_TRUE(one.has_value());
    EXPECT_FALSE(s.try_acquire());
  }
  ctx.cancel();
  EXPECT_EQ(how(s.hold(ctx)), "cancelled");
  EXPECT_TRUE(s.try_acquire());
  s.release();
}

WEFT_TEST_WITH("E2.5", "a semaphore may be destroyed by whoever has acquired what was released last", .seeds = 20) {
  for (int i = 0; i < scaled(500); ++i) {
    auto done = std::make_unique<semaphore>(1);
    done->acquire();
    weft::task<void> other = weft::spawn([&s = *done] { s.release(); });
    done->acquire();
    done.reset();
    other.join();
  }
}

WEFT_TEST("E2.5", "units belong to nobody: one acquires, another releases") {
  semaphore s(1);
  s.acquire();
  weft::spawn([&] { s.release(); }).join();
  EXPECT_TRUE(s.try_acquire());
  s.release();
}

}  // namespace

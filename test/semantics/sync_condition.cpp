// SPDX-License-Identifier: Apache-2.0
//
// The condition. Its misuse is in test/crash/sync_locks_misuse.cpp.
#include <algorithm>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "sync_limits.hpp"

namespace {

using namespace weft::test;

WEFT_TEST("M9.1 M14.6", "notify_one lets one go, and nobody goes on without a notification") {
  weft::mutex m;
  weft::condition c;
  const int n = 5;
  int awake = 0, told = 0;
  weft::wait_group all;
  for (int i = 0; i < n; ++i) {
    all.go([&] {
      std::unique_lock lock(m);
      c.wait(lock);
      EXPECT_LT(awake, told);
      ++awake;
    });
  }
  settle();
  for (int i = 1; i <= n; ++i) {
    {
      const std::scoped_lock lock(m);
      ++told;
    }
    c.notify_one();
    settle();
    const std::scoped_lock lock(m);
    EXPECT_EQ(awake, i);
  }
  all.wait();
  c.notify_one();
  c.notify_all();
}

WEFT_TEST("M9.2", "a hundred who wait are notified in the order in which they came") {
  weft::mutex m;
  weft::condition c;
  std::vector<int> order;
  weft::wait_group all;
  for (int i = 0; i < 100; ++i) {
    all.go([&, i] {
      std::unique_lock lock(m);
      c.wait(lock);
      order.push_back(i);
    });
    settle();
  }
  for (int i = 0; i < 100; ++i) {
    c.notify_one();
    settle();
  }
  all.wait();
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(order.size(), 100u);
}

WEFT_TEST("M9.1", "notify_all lets all go who wait, and nobody who comes later") {
  weft::mutex m;
  weft::condition c;
  std::vector<pending> early;
  for (int i = 0; i < 10; ++i) {
    early.emplace_back([&] {
      std::unique_lock lock(m);
      c.wait(lock);
    });
  }
  c.notify_all();
  for (const pending& each : early) EXPECT_TRUE(each.ended());
  const pending late([&] {
    std::unique_lock lock(m);
    c.wait(lock);
  });
  EXPECT_TRUE(late.waits());
  c.notify_one();
  EXPECT_TRUE(late.ended());
}

WEFT_TEST_WITH("M9.3", "a notification for one who waits is not stolen by one who comes later", .seeds = 100) {
  for (int i = 0; i < scaled(20); ++i) {
    weft::mutex m;
    weft::condition c;
    bool told = false;
    const weft::chan<weft::unit> waiting;
    weft::task<void> first = weft::spawn([&] {
      std::unique_lock lock(m);
      weft::go([=] { waiting.send({}); });
      c.wait(lock);
      EXPECT_TRUE(told);
    });
    waiting.recv();
    weft::task<void> notifier = weft::spawn([&] {
      std::unique_lock lock(m);  // held: so the first waits
      told = true;
      lock.unlock();
      c.notify_all();
    });
    weft::task<void> second = weft::spawn([&] {
      std::unique_lock lock(m);
      if (!told) c.wait(lock);
    });
    first.join();
    notifier.join();
    second.join();
  }
}

WEFT_TEST_WITH("M9.3", "a notification between the unlock and the sleep is not lost", .seeds = 200) {
  weft::mutex m;
  weft::condition c;
  bool told = false;
  weft::task<void> waits = weft::spawn([&] {
    std::unique_lock lock(m);
    while (!told) c.wait(lock);
  });
  {
    const std::scoped_lock lock(m);
    told = true;
  }
  c.notify_one();
  waits.join();
}

WEFT_TEST("M9.4", "a wait with a predicate returns when it holds, and at once if it holds already") {
  weft::mutex m;
  weft::condition c;
  int value = 0;
  std::unique_lock lock(m);
  c.wait(lock, [&] { return value == 0; });
  const pending waits([&] {
    std::unique_lock mine(m);
    c.wait(mine, [&] { return value == 3; });
    EXPECT_EQ(value, 3);
  });
  for (int i = 1; i <= 3; ++i) {
    value = i;
    lock.unlock();
    c.notify_all();
    EXPECT_EQ(waits.ended(), i == 3);
    lock.lock();
  }
}

WEFT_TEST("M9.5", "any lock will do: a mutex, a unique_lock, a shared_lock, both sides of a shared_mutex") {
  weft::mutex m;
  weft::shared_mutex s;
  weft::condition c;
  const pending bare([&] {
    m.lock();
    c.wait(m);
    m.unlock();
  });
  const pending shared([&] {
    std::shared_lock lock(s);
    c.wait(lock);
    EXPECT_TRUE(lock.owns_lock());
    EXPECT_FALSE(s.try_lock());
  });
  const pending alone([&] {
    std::unique_lock lock(s);
    c.wait(lock);
    EXPECT_TRUE(lock.owns_lock());
  });
  EXPECT_TRUE(s.try_lock());
  s.unlock();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
  for (int i = 0; i < 3; ++i) c.notify_one();
  EXPECT_TRUE(bare.ended() && shared.ended() && alone.ended());
}

WEFT_TEST_WITH("M9.3", "a bounded buffer of two conditions carries everything, in order per sender", .seeds = 50) {
  weft::mutex m;
  weft::condition not_full, not_empty;
  std::vector<int> buffer;
  int last[3] = {-1, -1, -1}, received = 0;
  weft::wait_group all;
  for (int g = 0; g < 3; ++g) {
    all.go([&, g] {
      for (int i = 0; i < 30; ++i) {
        std::unique_lock lock(m);
        not_full.wait(lock, [&] { return buffer.size() < 2; });
        buffer.push_back(g * 100 + i);
        not_empty.notify_one();
      }
    });
    all.go([&] {
      for (int i = 0; i < 30; ++i) {
        std::unique_lock lock(m);
        not_empty.wait(lock, [&] { return !buffer.empty(); });
        const int v = buffer.front();
        buffer.erase(buffer.begin());
        EXPECT_GT(v % 100, last[v / 100]);
        last[v / 100] = v % 100;
        ++received;
        not_full.notify_one();
      }
    });
  }
  all.wait();
  EXPECT_EQ(received, 90);
}

WEFT_TEST_WITH("M9.6", "a condition may be destroyed when all who wait have been notified", .seeds = 100) {
  for (int i = 0; i < scaled(50); ++i) {
    weft::mutex m;
    auto c = std::make_unique<weft::condition>();
    int waiting = 0;
    weft::wait_group all;
    for (int g = 0; g < 3; ++g) {
      all.go([&] {
        std::unique_lock lock(m);
        ++waiting;
        if (waiting % 2 == 0)
          static_cast<void>(c->wait_for(lock, std::chrono::microseconds(1)));
        else
          c->wait(lock);
      });
    }
    for (bool ready = false; !ready;) {
      weft::yield();
      const std::scoped_lock lock(m);
      ready = waiting == 3;
    }
    c->notify_all();
    c.reset();
    all.wait();
  }
}

}  // namespace

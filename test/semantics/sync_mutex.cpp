// SPDX-License-Identifier: Apache-2.0
//
// The mutex. Its misuse is in test/crash/mutex_misuse.cpp.
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;

WEFT_TEST("M1.1 M14.1", "one at a time holds a mutex, and sees what the one before has written") {
  weft::mutex m;
  int counter = 0, inside = 0;
  weft::wait_group all;
  for (int g = 0; g < 10; ++g) {
    all.go([&] {
      for (int i = 0; i < 200; ++i) {
        const std::scoped_lock hold(m);
        EXPECT_EQ(++inside, 1);
        ++counter;
        --inside;
      }
    });
  }
  all.wait();
  EXPECT_EQ(counter, 2000);
}

WEFT_TEST("M1.1", "a mutex may be held across operations that wait") {
  weft::mutex m;
  int inside = 0;
  weft::wait_group all;
  for (int g = 0; g < 8; ++g) {
    all.go([&] {
      for (int i = 0; i < 10; ++i) {
        const std::scoped_lock hold(m);
        ++inside;
        weft::yield();
        const weft::chan<int> c;
        weft::go([=] { c.send(1); });
        EXPECT_EQ(c.recv(), 1);
        EXPECT_EQ(inside, 1);
        --inside;
      }
    });
  }
  all.wait();
}

WEFT_TEST("M1.2", "a mutex belongs to nobody: one goroutine locks it and another unlocks it") {
  weft::mutex m;
  m.lock();
  const pending second([&] { m.lock(); });
  EXPECT_TRUE(second.waits());
  weft::spawn([&] { m.unlock(); }).join();
  EXPECT_TRUE(second.ended());
  m.unlock();
}

WEFT_TEST("M1.3", "a mutex works with the locks of the standard library") {
  weft::mutex a, b;
  int counter = 0;
  weft::wait_group all;
  for (int g = 0; g < 6; ++g) {
    all.go([&, g] {
      for (int i = 0; i < 20; ++i) {
        if (g % 3 == 0) {
          const std::scoped_lock hold(a, b);
          ++counter;
        } else if (g % 3 == 1) {
          const std::scoped_lock hold(b, a);
          ++counter;
        } else {
          std::unique_lock hold(a);
          std::unique_lock also(b, std::defer_lock);
          also.lock();
          ++counter;
        }
      }
    });
  }
  all.wait();
  EXPECT_EQ(counter, 120);
}

WEFT_TEST("M2.1", "those who wait for a mutex get it in the order in which they came") {
  weft::mutex m;
  std::vector<int> order;
  weft::wait_group all;
  m.lock();
  for (int g = 0; g < 10; ++g) {
    all.go([&, g] {
      const std::scoped_lock hold(m);
      order.push_back(g);
    });
    settle();
  }
  m.unlock();
  all.wait();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

WEFT_TEST("M2.2", "a goroutine that takes a mutex again and again does not keep another from getting it") {
  weft::mutex m;
  std::atomic<bool> stop = false;
  weft::task<void> hog = weft::spawn([&] {
    while (!stop) {
      const std::scoped_lock hold(m);
      weft::yield();
    }
  });
  for (int i = 0; i < 10; ++i) {
    weft::yield();
    const std::scoped_lock hold(m);
  }
  stop = true;
  hog.join();
}

WEFT_TEST_WITH("M2.2", "ten locks are got within a second against one who holds the mutex nearly always",
               .on = sched_only, .workers = {2, 4}) {
  using namespace std::chrono_literals;
  weft::mutex m;
  std::atomic<bool> stop = false;
  weft::task<void> hog = weft::spawn([&] {
    while (!stop) {
      const std::scoped_lock hold(m);
      const auto until = weft::clock::now() + 100us;
      while (weft::clock::now() < until) continue;
    }
  });
  const auto start = weft::clock::now();
  for (int i = 0; i < 10; ++i) {
    weft::sleep_for(100us);
    const std::scoped_lock hold(m);
  }
  EXPECT_LT(weft::clock::now() - start, under_thread_sanitizer ? 10s : 1s);
  stop = true;
  hog.join();
}

WEFT_TEST("M3.1", "try_lock takes a free mutex and refuses a locked one, without waiting") {
  weft::mutex m;
  EXPECT_TRUE(m.try_lock());
  EXPECT_FALSE(m.try_lock());
  EXPECT_FALSE(weft::spawn([&] { return m.try_lock(); }).join());
  m.unlock();
  EXPECT_TRUE(weft::spawn([&] { return m.try_lock(); }).join());
  m.unlock();
}

WEFT_TEST_WITH("M1.1 M3.1", "lock and try_lock in any mixture exclude each other", .seeds = 50) {
  weft::mutex m;
  int counter = 0, locked = 0;
  weft::wait_group all;
  for (int g = 0; g < 6; ++g) {
    all.go([&, g] {
      for (int i = 0; i < 200; ++i) {
        if (g % 2 == 0) {
          m.lock();
        } else {
          while (!m.try_lock()) weft::yield();
        }
        EXPECT_EQ(++locked, 1);
        ++counter;
        if (i % 16 == 0) weft::yield();
        --locked;
        m.unlock();
      }
    });
  }
  all.wait();
  EXPECT_EQ(counter, 1200);
}

// The one who gets the mutex last destroys it, while the one who has unlocked it may still be on its way out.
WEFT_TEST_WITH("M1.4", "a mutex may be destroyed by whoever knows that nobody will lock it again", .seeds = 20) {
  struct shared {
    weft::mutex m;
    int users = 2;
  };
  for (int i = 0; i < scaled(500); ++i) {
    auto* const both = new shared;
    const auto use = [both] {
      both->m.lock();
      const bool last = --both->users == 0;
      both->m.unlock();
      if (last) delete both;
    };
    weft::task<void> other = weft::spawn(use);
    use();
    other.join();
  }
}

}  // namespace

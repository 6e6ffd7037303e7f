// SPDX-License-Identifier: Apache-2.0
//
// The shared_mutex. Its misuse is in test/crash/sync_locks_misuse.cpp.
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "sync_limits.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;

WEFT_TEST("M5.1", "readers share the lock, a writer has it alone") {
  weft::shared_mutex m;
  m.lock_shared();
  EXPECT_TRUE(m.try_lock_shared());
  EXPECT_FALSE(m.try_lock());
  m.unlock_shared();
  EXPECT_FALSE(m.try_lock());
  m.unlock_shared();
  EXPECT_TRUE(m.try_lock());
  EXPECT_FALSE(m.try_lock());
  EXPECT_FALSE(m.try_lock_shared());
  m.unlock();
  EXPECT_TRUE(m.try_lock_shared());
  m.unlock_shared();
}

WEFT_TEST("M5.1", "any number of readers are inside at the same time") {
  for (const int readers : {1, 3, 10}) {
    weft::shared_mutex m;
    const weft::chan<weft::unit> inside, leave;
    weft::wait_group all;
    for (int i = 0; i < readers; ++i) {
      all.go([&] {
        const std::shared_lock hold(m);
        inside.send({});
        leave.recv();
      });
    }
    for (int i = 0; i < readers; ++i) inside.recv();
    EXPECT_FALSE(m.try_lock());
    leave.close();
    all.wait();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  }
}

WEFT_TEST_WITH("M5.1 M14.4", "readers and writers in any mixture: a writer is alone, and readers see what it wrote",
               .seeds = 100) {
  for (const int readers : {1, 3, 8}) {
    weft::shared_mutex m;
    std::atomic<int> activity = 0;  // 10000 for a writer, 1 for a reader
    int data[2] = {0, 0};
    weft::wait_group all;
    const auto write = [&] {
      for (int i = 0; i < 20; ++i) {
        const std::scoped_lock hold(m);
        EXPECT_EQ(activity += 10000, 10000);
        ++data[0];
        if (i % 4 == 0) weft::yield();
        ++data[1];
        activity -= 10000;
      }
    };
    const auto read = [&] {
      for (int i = 0; i < 20; ++i) {
        const std::shared_lock hold(m);
        const int now = ++activity;
        EXPECT_TRUE(now >= 1 && now < 10000) << now;
        EXPECT_EQ(data[0], data[1]);
        if (i % 4 == 0) weft::yield();
        --activity;
      }
    };
    all.go(write);
    for (int i = 0; i < readers / 2; ++i) all.go(read);
    all.go(write);
    for (int i = readers / 2; i < readers; ++i) all.go(read);
    all.wait();
    EXPECT_EQ(data[0], 40);
  }
}

WEFT_TEST("M5.2", "a writer that waits keeps new readers out") {
  weft::shared_mutex m;
  m.lock_shared();
  const pending writer([&] { m.lock(); });
  EXPECT_TRUE(writer.waits());
  EXPECT_FALSE(m.try_lock_shared());
  const pending reader([&] { m.lock_shared(); });
  EXPECT_TRUE(reader.waits());
  m.unlock_shared();
  EXPECT_TRUE(writer.ended());
  EXPECT_TRUE(reader.waits());
  m.unlock();
  EXPECT_TRUE(reader.ended());
  m.unlock_shared();
}

WEFT_TEST("M5.3", "an unlock lets in all readers that have come, wherever they stand, before the next writer") {
  weft::shared_mutex m;
  m.lock();
  const pending first([&] { m.lock_shared(); });
  const pending writer([&] { m.lock(); });
  const pending second([&] { m.lock_shared(); });
  const pending other_writer([&] { m.lock(); });
  const pending third([&] { m.lock_shared(); });
  m.unlock();
  EXPECT_TRUE(first.ended());
  EXPECT_TRUE(second.ended());
  EXPECT_TRUE(third.ended());
  EXPECT_TRUE(writer.waits());
  const pending late([&] { m.lock_shared(); });
  EXPECT_TRUE(late.waits());
  for (int i = 0; i < 3; ++i) m.unlock_shared();
  EXPECT_TRUE(writer.ended());
  EXPECT_TRUE(other_writer.waits());
  m.unlock();
  EXPECT_TRUE(late.ended());
  EXPECT_TRUE(other_writer.waits());
  m.unlock_shared();
  EXPECT_TRUE(other_writer.ended());
  m.unlock();
}

WEFT_TEST("M5.3", "writers get the lock in the order in which they came") {
  weft::shared_mutex m;
  std::vector<int> order;
  weft::wait_group all;
  m.lock_shared();
  for (int g = 0; g < 8; ++g) {
    all.go([&, g] {
      const std::scoped_lock hold(m);
      order.push_back(g);
    });
    settle();
  }
  m.unlock_shared();
  all.wait();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
}

WEFT_TEST_WITH("M5.3", "neither readers nor writers starve", .seeds = 50) {
  weft::shared_mutex m;
  std::atomic<int> reads = 0, writes = 0;
  weft::wait_group all;
  for (int g = 0; g < 6; ++g) {
    all.go([&, g] {
      while (reads < 50 || writes < 50) {
        if (g % 2 == 0) {
          const std::shared_lock hold(m);
          ++reads;
          weft::yield();
        } else {
          const std::scoped_lock hold(m);
          ++writes;
          weft::yield();
        }
      }
    });
  }
  all.wait();
}

WEFT_TEST("M5.4", "a shared_mutex belongs to nobody: others may unlock it") {
  weft::shared_mutex m;
  m.lock();
  weft::spawn([&] { m.unlock(); }).join();
  m.lock_shared();
  weft::spawn([&] { m.unlock_shared(); }).join();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

WEFT_TEST("M5.5", "a shared_mutex works with the locks of the standard library") {
  weft::shared_mutex m;
  weft::mutex other;
  {
    const std::scoped_lock both(m, other);
    EXPECT_FALSE(m.try_lock_shared());
  }
  {
    std::shared_lock reads(m, 1ms);
    EXPECT_TRUE(reads.owns_lock());
    const std::shared_lock too(m, std::try_to_lock);
    EXPECT_TRUE(too.owns_lock());
    const std::unique_lock writes(m, 1ms);
    EXPECT_FALSE(writes.owns_lock());
    reads.unlock();
    EXPECT_TRUE(reads.try_lock_until(weft::clock::now() + 1ms));
  }
  const std::unique_lock writes(m, std::try_to_lock);
  EXPECT_TRUE(writes.owns_lock());
}

WEFT_TEST_WITH("M5.6", "a shared_mutex may be destroyed by whoever knows that nobody will lock it again", .seeds = 20) {
  struct shared {
    weft::shared_mutex m;
    std::atomic<int> users = 3;
  };
  for (int i = 0; i < scaled(200); ++i) {
    auto* const all = new shared;
    const auto read = [all] {
      all->m.lock_shared();
      all->m.unlock_shared();
      if (--all->users == 0) delete all;
    };
    weft::task<void> one = weft::spawn(read);
    weft::task<void> two = weft::spawn(read);
    all->m.lock();
    all->m.unlock();
    if (--all->users == 0) delete all;
    one.join();
    two.join();
  }
}

}  // namespace

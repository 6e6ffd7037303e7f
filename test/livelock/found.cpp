// SPDX-License-Identifier: Apache-2.0
//
// LL1: those who keep each other from what they want are told about. Each program goes on until it is told.
#include <mutex>
#include <shared_mutex>
#include <sstream>
#include <thread>
#include <vector>

#include "watch.hpp"

using namespace weft::test;

namespace {

/// Has a lock, and tries the other's until that is told.
template <class Mutex>
void keep_and_try(Mutex& own, Mutex& other, weft::barrier<>& met) {
  const std::scoped_lock first(own);
  met.arrive_and_wait();
  while (!livelock_watch::told()) {
    if (other.try_lock()) other.unlock();
    weft::yield();
  }
}

/// Two people in a hallway that is too narrow: each stands on its side, wants the other's to get by, and steps back for
/// the other when it is taken, at the same pace.
struct hallway {
  weft::mutex left, right;
  weft::mutex m;
  weft::condition pace;
  int standing = 0;  // under m: how many wait for the next beat
  bool over = false;

  void take_step() {
    std::unique_lock hold(m);
    ++standing;
    if (!over) pace.wait(hold);
  }

  void beat(bool last) {
    const std::scoped_lock hold(m);
    over = last;
    if (standing < 2 && !over) return;
    standing = 0;
    pace.notify_all();
  }

  void walk(weft::mutex& own, weft::mutex& other, std::ostringstream& log) {
    while (!livelock_watch::told()) {
      own.lock();
      take_step();
      const bool passed = other.try_lock();
      if (passed) other.unlock();
      log << (passed ? "passes " : "steps aside ");
      take_step();
      own.unlock();
    }
  }
};

}  // namespace

WEFT_TEST_WITH("LL1.1 LL1.2", "two who each keep a lock and try the other's are told about", .seeds = 2) {
  const livelock_watch here;
  weft::mutex left, right;
  weft::barrier met(2);
  weft::wait_group both;
  both.go([&] { keep_and_try(left, right, met); });
  both.go([&] { keep_and_try(right, left, met); });
  both.wait();
  EXPECT_EQ(parties, 2u);
  EXPECT_EQ(reports, 1u);
}

WEFT_TEST_WITH("LL1.1", "two who step aside for each other in a hallway, at the pace of a ticker, are told about",
               .seeds = 3) {
  const livelock_watch here;
  hallway it;
  weft::wait_group both;
  std::ostringstream first, second;
  both.go([&] { it.walk(it.left, it.right, first); });
  both.go([&] { it.walk(it.right, it.left, second); });
  weft::ticker ticks(200us);
  while (!livelock_watch::told()) {
    ticks.channel().recv();
    it.beat(livelock_watch::told());
  }
  it.beat(true);
  both.wait();
  EXPECT_EQ(parties, 2u);
  EXPECT_NE(sentence.find("2 goroutines have kept each other from what they want for 0."), std::string::npos)
      << sentence;
}

WEFT_TEST_WITH("LL1.1", "three in a ring are told about", .seeds = 2) {
  const livelock_watch here;
  weft::mutex forks[3];
  weft::barrier met(3);
  weft::wait_group all;
  for (int i = 0; i < 3; ++i) all.go([&, i] { keep_and_try(forks[i], forks[(i + 1) % 3], met); });
  all.wait();
  EXPECT_EQ(parties, 3u);
}

WEFT_TEST_WITH("LL1.1", "those who give up their wait after a time, or with a context, are told about", .seeds = 2) {
  const livelock_watch here;
  weft::mutex left, right;
  weft::barrier met(2);
  weft::wait_group both;
  both.go([&] {
    const std::scoped_lock first(left);
    met.arrive_and_wait();
    while (!livelock_watch::told()) EXPECT_FALSE(right.try_lock_for(500us));
    met.arrive_and_wait();
  });
  both.go([&] {
    const std::scoped_lock first(right);
    met.arrive_and_wait();
    while (!livelock_watch::told()) {
      const auto limit = weft::with_timeout(weft::background(), 500us);
      EXPECT_FALSE(left.lock(limit).has_value());
    }
    met.arrive_and_wait();
  });
  both.wait();
  EXPECT_EQ(parties, 2u);
}

WEFT_TEST_WITH("LL1.1", "two who each have some units of a semaphore and try for the rest are told about", .seeds = 2) {
  const livelock_watch here;
  weft::semaphore units(2);
  weft::barrier met(2);
  weft::wait_group both;
  for (int i = 0; i < 2; ++i) {
    both.go([&] {
      units.acquire();
      met.arrive_and_wait();
      while (!livelock_watch::told()) {
        EXPECT_FALSE(units.try_acquire());
        step();
      }
      met.arrive_and_wait();
      units.release();
    });
  }
  both.wait();
  EXPECT_EQ(parties, 2u);
}

WEFT_TEST_WITH("LL1.1", "two readers who both try to write are told about", .seeds = 2) {
  const livelock_watch here;
  weft::shared_mutex m;
  weft::barrier met(2);
  weft::wait_group both;
  for (int i = 0; i < 2; ++i) {
    both.go([&] {
      while (!livelock_watch::told()) {
        const std::shared_lock read(m);
        met.arrive_and_wait();
        EXPECT_FALSE(m.try_lock());
        step();
        met.arrive_and_wait();
      }
      met.arrive_and_drop();
    });
  }
  both.wait();
  EXPECT_EQ(parties, 2u);
}

WEFT_TEST_WITH("LL1.1", "a writer and a reader who try each other's lock are told about", .seeds = 2) {
  const livelock_watch here;
  weft::shared_mutex a, b;
  weft::barrier met(2);
  weft::wait_group both;
  both.go([&] {
    const std::scoped_lock write(a);
    met.arrive_and_wait();
    while (!livelock_watch::told()) {
      EXPECT_FALSE(b.try_lock());
      step();
    }
    met.arrive_and_wait();
  });
  both.go([&] {
    const std::shared_lock read(b);
    met.arrive_and_wait();
    while (!livelock_watch::told()) EXPECT_FALSE(a.try_lock_shared_for(300us));
    met.arrive_and_wait();
  });
  both.wait();
  EXPECT_EQ(parties, 2u);
}

WEFT_TEST_WITH("LL1.4", "one who waits for who tries for what it has is told about", .seeds = 2) {
  const livelock_watch here;
  weft::mutex left, right;
  weft::barrier met(2);
  weft::wait_group both;
  both.go([&] {
    std::unique_lock first(left);
    met.arrive_and_wait();
    while (!livelock_watch::told()) {
      EXPECT_FALSE(right.try_lock());
      step();
    }
  });
  both.go([&] {
    const std::scoped_lock first(right);
    met.arrive_and_wait();
    const std::scoped_lock second(left);
  });
  both.wait();
  EXPECT_EQ(parties, 2u);
  EXPECT_NE(sentence.find("waited to lock mutex"), std::string::npos) << sentence;
}

WEFT_TEST_WITH("LL1.1", "a foreign thread and a goroutine are told about", .on = sched_only) {
  const livelock_watch here;
  weft::mutex left, right;
  weft::barrier met(2);
  std::thread other([&] { keep_and_try(left, right, met); });
  keep_and_try(right, left, met);
  while (!livelock_watch::told()) step();
  weft::blocking([&] { other.join(); });
  EXPECT_EQ(parties, 2u);
  EXPECT_NE(sentence.find("thread "), std::string::npos) << sentence;
}

WEFT_TEST_WITH("LL1.3", "a sender and a receiver who both look without waiting are told about", .seeds = 2) {
  const livelock_watch here;
  weft::chan<int> c;
  weft::wait_group both;
  both.go([&] {
    while (!livelock_watch::told()) {
      EXPECT_FALSE(c.try_send(1));
      step();
    }
  });
  both.go([&] {
    while (!livelock_watch::told()) {
      EXPECT_FALSE(c.try_recv());
      weft::yield();
      step();
    }
  });
  both.wait();
  EXPECT_EQ(parties, 2u);
  EXPECT_NE(sentence.find("missed each other"), std::string::npos) << sentence;
}

WEFT_TEST_WITH("LL1.3", "so are those who look at several channels, in a select with otherwise", .seeds = 2) {
  const livelock_watch here;
  weft::chan<int> c, d;
  weft::wait_group both;
  both.go([&] {
    while (!livelock_watch::told()) {
      // It is one of two, though it looks for both.
      weft::select(weft::on_send(c, 1), weft::on_recv(c), weft::on_recv(d), weft::otherwise([] { weft::yield(); }));
    }
  });
  both.go([&] {
    weft::selector s;
    s.on_recv(c, [](std::optional<int>) {});
    s.otherwise([] { weft::yield(); });
    while (!livelock_watch::told()) s.wait();
  });
  both.wait();
  EXPECT_EQ(parties, 2u);
}

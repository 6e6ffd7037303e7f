// SPDX-License-Identifier: Apache-2.0
//
// Circles of goroutines that wait for each other: reported when they are there, and never else. What is stuck here is
// freed by somebody else, who may unlock any lock (M1).
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include "harness.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

namespace {

std::atomic<int> reports{0};
std::atomic<std::size_t> parties{0};

/// Counts what is reported, as long as it lives.
struct counting {
  counting() {
    reports = 0;
    weft::on_deadlock([](const weft::deadlock_report& report) {
      ++reports;
      parties = report.parties();
    });
  }
  counting(const counting&) = delete;
  counting& operator=(const counting&) = delete;
  ~counting() { weft::on_deadlock(weft::deadlock_policy::by_proof); }
};

WEFT_TEST_WITH("D7.1 D7.5", "a circle is reported once, by the party that closes it, under every schedule",
               .workers = {1, 4}) {
  const counting on;
  constexpr std::size_t n = 4;
  auto locks = std::make_unique<weft::mutex[]>(n);
  weft::barrier all(n);
  weft::wait_group ended;
  for (std::size_t i = 0; i < n; ++i) {
    ended.go([&, i] {
      locks[i].lock();
      all.arrive_and_wait();
      locks[(i + 1) % n].lock();
      locks[(i + 1) % n].unlock();
    });
  }
  while (reports == 0) weft::yield();
  EXPECT_EQ(parties, n);
  for (std::size_t i = 0; i < n; ++i) locks[i].unlock();
  ended.wait();
  EXPECT_EQ(reports, 1);
}

WEFT_TEST("D7.5", "locks that are taken in one order, tried, or given up after a while make no circle") {
  const counting on;
  std::array<weft::mutex, 5> locks;
  weft::shared_mutex table;
  weft::wait_group ended;
  for (std::size_t g = 0; g < 8; ++g) {
    ended.go([&, g] {
      for (std::size_t round = 0; round < 6; ++round) {
        const std::size_t low = (g + round) % 4;
        const std::scoped_lock first(locks[low]);
        if (round % 2 == 0) weft::yield();
        const std::scoped_lock second(locks[low + 1]);
        if (locks[0].try_lock_for(1us)) locks[0].unlock();
        if (round % 3 == 0) {
          const std::scoped_lock write(table);
          weft::yield();
        } else if (table.try_lock_shared_for(1us)) {
          weft::yield();
          table.unlock_shared();
        }
      }
    });
  }
  ended.wait();
  EXPECT_EQ(reports, 0);
}

WEFT_TEST("D7.5", "a wait with a limit is part of no circle") {
  const counting on;
  weft::mutex a, b;
  weft::barrier both(2);
  auto first = weft::spawn([&] {
    const std::scoped_lock hold(a);
    both.arrive_and_wait();
    if (b.try_lock_for(2ms)) b.unlock();
  });
  auto second = weft::spawn([&] {
    const std::scoped_lock hold(b);
    both.arrive_and_wait();
    const std::scoped_lock inner(a);
  });
  first.join();
  second.join();
  EXPECT_EQ(reports, 0);
}

WEFT_TEST("D7.6", "a lock that another unlocks while it is waited for is a signal, and makes no circle from then on") {
  const counting on;
  auto signal = std::make_unique<weft::mutex>();
  for (int round = 0; round < 3; ++round) {
    signal->lock();
    auto other = weft::spawn([&] {
      weft::testing::settle();
      signal->unlock();
    });
    signal->lock();
    signal->unlock();
    other.join();
  }
  EXPECT_LE(reports, 1);
}

WEFT_TEST_WITH("D7.1", "foreign threads are parts of circles like goroutines", .on = weft::test::sched_only) {
  const counting on;
  weft::mutex a, b;
  weft::wait_group locked;
  locked.add(2);
  const auto lock_both = [&](weft::mutex& first, weft::mutex& second) {
    first.lock();
    locked.done();
    locked.wait();
    second.lock();
    second.unlock();
  };
  auto ended = weft::spawn([&] { lock_both(b, a); });
  std::thread outside([&] { lock_both(a, b); });
  while (reports == 0) weft::yield();
  EXPECT_EQ(parties, 2u);
  a.unlock();
  b.unlock();
  ended.join();
  weft::blocking([&] { outside.join(); });
  EXPECT_EQ(reports, 1);
}

WEFT_TEST("D7.5", "who hands a lock on and then waits for the one who gets it is no circle") {
  const counting on;
  weft::mutex m;
  weft::wait_group ended;
  for (int g = 0; g < 4; ++g) {
    ended.go([&] {
      for (int round = 0; round < 5; ++round) {
        m.lock();
        auto next = weft::spawn([&] { const std::scoped_lock hold(m); });
        weft::yield();
        m.unlock();
        next.join();
      }
    });
  }
  ended.wait();
  EXPECT_EQ(reports, 0);
}

}  // namespace

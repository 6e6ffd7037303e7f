// SPDX-License-Identifier: Apache-2.0
//
// yield, and the order in which goroutines get their turn.
#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace {

using weft::chan;
using weft::unit;

WEFT_TEST("G10.1", "a goroutine that only yields lets the one it waits for get on") {
  std::atomic<bool> flag{false};
  weft::go([&flag] {
    for (int i = 0; i < 10; ++i) weft::yield();
    flag = true;
  });
  while (!flag) weft::yield();
}

WEFT_TEST("G10.1", "two goroutines that yield to each other get on alike") {
  std::array<std::atomic<int>, 2> steps{};
  weft::wait_group all;
  for (std::size_t me = 0; me < 2; ++me) {
    all.go([&steps, me] {
      for (int i = 0; i < 100; ++i) {
        ++steps[me];
        weft::yield();
      }
    });
  }
  all.wait();
  EXPECT_EQ(steps[0] + steps[1], 200);
}

WEFT_TEST("G10.1", "yield with nobody else to run returns") {
  for (int i = 0; i < 1000; ++i) weft::yield();
}

WEFT_TEST("G10.1", "a goroutine may yield while it holds a lock") {
  weft::mutex m;
  int inside = 0;
  weft::wait_group all;
  for (int i = 0; i < 5; ++i) {
    all.go([&] {
      for (int n = 0; n < 10; ++n) {
        const std::scoped_lock hold(m);
        EXPECT_EQ(++inside, 1);
        weft::yield();
        --inside;
      }
    });
  }
  all.wait();
}

WEFT_TEST("G10.1", "yield on a foreign thread gives the processor away and returns") {
  std::thread([] {
    for (int i = 0; i < 10; ++i) weft::yield();
  }).join();
}

WEFT_TEST_WITH("G10.2", "on one worker yield goes behind everybody who waits", .on = weft::test::sched_only,
               .workers = {1}) {
  if (weft::test::under_forced_migration) return;
  // A round is spoilt when the watchdog looks in (every 10 ms), so it may be tried again.
  for (int attempt = 1;; ++attempt) {
    std::vector<int> order;
    std::mutex order_lock;  // yield orders nothing
    weft::wait_group all;
    for (int i = 0; i < 3; ++i) {
      all.go([&, i] {
        for (int n = 0; n < 3; ++n) {
          {
            const std::lock_guard guard(order_lock);
            order.push_back(i);
          }
          weft::yield();
        }
      });
    }
    all.wait();
    if (std::equal(order.begin() + 3, order.end(), order.begin()))
      break;  // the order of each round is that of the first
    ASSERT_LT(attempt, 20);
  }
}

WEFT_TEST_WITH("G3", "on one worker the goroutine started last runs first, then the others in order",
               .on = weft::test::sched_only, .workers = {1}) {
  if (weft::test::under_forced_migration) return;
  for (int attempt = 1;; ++attempt) {
    std::vector<int> order;
    std::mutex order_lock;
    weft::wait_group all;
    for (int i = 0; i < 5; ++i) {
      all.go([&, i] {
        const std::lock_guard guard(order_lock);
        order.push_back(i);
      });
    }
    all.wait();
    if (order == std::vector{4, 0, 1, 2, 3}) break;
    ASSERT_LT(attempt, 20);
  }
}

WEFT_TEST_WITH("G3", "under sim every order of the started goroutines comes up", .on = weft::test::sim_only,
               .seeds = 1) {
  std::array<bool, 6> seen{};
  for (int attempt = 0; attempt < 500; ++attempt) {
    std::vector<int> order;
    weft::wait_group all;
    for (int i = 0; i < 3; ++i) all.go([&order, i] { order.push_back(i); });
    all.wait();
    const int first = order[0];
    seen[static_cast<std::size_t>(2 * first + (order[1] > order[2] ? 1 : 0))] = true;
  }
  for (const bool each : seen) EXPECT_TRUE(each);
}

WEFT_TEST("W2", "a thousand goroutines that all yield all come to their end") {
  weft::wait_group all;
  std::atomic<int> ended{0};
  for (int i = 0; i < 1000; ++i) {
    all.go([&ended] {
      for (int n = 0; n < 3; ++n) weft::yield();
      ++ended;
    });
  }
  all.wait();
  EXPECT_EQ(ended.load(), 1000);
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// Where those stand in a queue whom deadlines and descriptors have woken, and what that does for a sleeper.
#include "sched/fired.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <numeric>
#include <random>
#include <vector>

#include "harness.hpp"
#include "sched/run_queue.hpp"
#include "weft/weft.hpp"

namespace weft::test {
namespace {

using namespace std::chrono_literals;
using queue = detail::run_queue<int, int, 64>;

std::vector<int> drain(queue& q) {
  std::vector<int> order;
  if (const int slot = q.take_next(); slot != 0) order.push_back(slot);
  while (const int item = q.pop_front()) order.push_back(item);
  return order;
}

WEFT_PLAIN_TEST("W1.9", "who is woken by a deadline runs first, then the slot, then the ring") {
  queue q;
  detail::fired woken;
  for (int item = 1; item <= 3; ++item) ASSERT_TRUE(q.push_back(item));
  q.set_next(9);
  for (int item = 101; item <= 103; ++item) ASSERT_TRUE(woken.queue(q, item));
  EXPECT_EQ(drain(q), (std::vector{101, 102, 103, 9, 1, 2, 3}));
  q.set_next(9);
  ASSERT_TRUE(woken.queue(q, 104));
  q.set_next(8);  // of a goroutine that ran meanwhile
  EXPECT_TRUE(woken.any(q));
  ASSERT_TRUE(woken.defer_slot(q));
  EXPECT_EQ(drain(q), (std::vector{104, 8, 9}));
  EXPECT_FALSE(woken.any(q));
}

WEFT_PLAIN_TEST("W1.9", "those who are woken run in their order, however many they are and whatever runs in between") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 chance(seed);
    queue q;
    detail::fired woken;
    std::vector<int> ran;
    const auto run = [&](int item) {
      if (item > 1'000) ran.push_back(item);
    };
    int next = 1'001, other = 1;
    for (int step = 0; step < 2'000; ++step) {
      switch (chance() % 8) {
        case 0:
        case 1:
          if (q.ring_size() < 60) {
            ASSERT_TRUE(woken.queue(q, next++));
          }
          break;
        case 2:
          if (q.ring_size() < 60) {
            ASSERT_TRUE(q.push_back(other++));
          }
          break;
        case 3:
          if (const int displaced = q.exchange_next(other++); displaced != 0 && !q.push_back(displaced)) run(displaced);
          break;
        case 4:
          woken.refill(q, 1 + chance() % 61);
          if (woken.any(q)) woken.defer_slot(q);
          break;
        default:
          if (const int slot = q.take_next(); slot != 0)
            run(slot);
          else
            run(q.pop_front());
      }
    }
    for (const int item : drain(q)) run(item);
    std::vector<int> expected(static_cast<std::size_t>(next - 1'001));
    std::iota(expected.begin(), expected.end(), 1'001);
    ASSERT_EQ(ran, expected) << "seed " << seed;
  }
}

WEFT_PLAIN_TEST("W1.9", "those who are woken take no more than sixteen of 61 turns from the ring") {
  queue q;
  detail::fired woken;
  ASSERT_TRUE(q.push_back(1));
  for (int item = 101; item <= 140; ++item) ASSERT_TRUE(woken.queue(q, item));
  const std::vector<int> order = drain(q);
  EXPECT_EQ(std::find(order.begin(), order.end(), 1) - order.begin(), detail::fired::most_in_front);
  woken.refill(q, 61);
  ASSERT_TRUE(q.push_back(2));
  ASSERT_TRUE(woken.queue(q, 201));
  EXPECT_EQ(drain(q), (std::vector{201, 2}));
}

WEFT_PLAIN_TEST("W1.9", "where a worker looks up at every switch those who are woken take every other turn at most") {
  queue q;
  detail::fired woken;
  for (std::uint32_t i = 0; i < detail::fired::most_in_front; ++i) ASSERT_TRUE(woken.queue(q, 1));
  ASSERT_EQ(drain(q).size(), detail::fired::most_in_front);
  for (int item = 1; item <= 4; ++item) ASSERT_TRUE(q.push_back(item));
  std::vector<int> ran;
  for (int look = 0; look < 4; ++look) {
    woken.refill(q, 1);
    ASSERT_TRUE(woken.queue(q, 100 + look));
    ran.push_back(q.pop_front());
    ASSERT_TRUE(woken.queue(q, 200 + look));
    ran.push_back(q.pop_front());
  }
  EXPECT_EQ(std::count_if(ran.begin(), ran.end(), [](int item) { return item < 100; }), 4);
}

WEFT_PLAIN_TEST("W1.9", "what is due whenever a worker looks up leaves every other turn to the ring") {
  queue q;
  detail::fired woken;
  for (std::uint32_t i = 0; i < detail::fired::most_in_front; ++i) ASSERT_TRUE(woken.queue(q, 100));
  ASSERT_EQ(drain(q).size(), detail::fired::most_in_front);
  ASSERT_TRUE(q.push_back(1));
  int asleep = 2, turns = 0;
  for (int look = 0; look < 100; ++look) {
    woken.refill(q, 1);
    for (; asleep > 0; --asleep) ASSERT_TRUE(woken.queue(q, 100));
    if (q.pop_front() == 100) {
      ++asleep;
    } else {
      ++turns;
      ASSERT_TRUE(q.push_back(1));
    }
  }
  EXPECT_GE(turns, 25);
}

/// A queue whose places have gone nearly round.
struct worn_queue : queue {
  std::uint32_t passed = 0;
  [[nodiscard]] std::uint32_t front() const noexcept { return queue::front() + passed; }
  [[nodiscard]] std::uint32_t back() const noexcept { return queue::back() + passed; }
};

WEFT_PLAIN_TEST("W1.9", "who was woken long ago is not taken for one who waits when the places have gone half round") {
  worn_queue q;
  detail::fired woken;
  ASSERT_TRUE(woken.queue(q, 101));
  ASSERT_EQ(q.pop_front(), 101);
  for (int item = 1; item <= 3; ++item) ASSERT_TRUE(q.push_back(item));
  for (int part = 0; part < 5; ++part) {
    q.passed += std::uint32_t{1} << 30;
    woken.refill(q, 61);
    EXPECT_FALSE(woken.any(q));
  }
}

// Their turns last for so long that the worker looks at every switch, and somebody is always due.
WEFT_PLAIN_TEST("W1.9", "sleepers who want more than their worker has leave the others their turns") {
  constexpr int naps = 4'000;
  std::atomic<int> turns{0}, woken{0};
  const auto body = [&] {
    const auto work = [](auto duration) {
      for (const auto begun = clock::now(); clock::now() - begun < duration;) continue;
    };
    wait_group all;
    for (int i = 0; i < 4; ++i) {
      all.go([&] {
        while (woken < naps) {
          sleep_for(50us);
          ++woken;
          work(30us);
        }
      });
    }
    for (; woken < naps; ++turns) {
      work(1us);
      yield();
    }
    all.wait();
  };
  EXPECT_EQ(0, run(body, {.workers = 1}));
  EXPECT_GT(turns * 12, naps);
}

WEFT_PLAIN_TEST("W1.9", "sleepers who wake together run in their order, also when the first of them joins a task") {
  std::vector<int> order;
  std::mutex order_lock;
  bool all_in_time = false;
  const auto body = [&] {
    const chan<int> line;
    std::atomic<int> begun{0};
    task<void> last = spawn([=] { line.recv(); });
    yield();
    const auto due = clock::now() + 5ms;
    wait_group all;
    for (int i = 0; i < 4; ++i) {
      all.go([&, i, line] {
        ++begun;
        sleep_until(due + std::chrono::nanoseconds(i));
        {
          const std::lock_guard hold(order_lock);
          order.push_back(i);
        }
        if (i == 0) last.join();
        if (i == 3) line.send(1);
      });
    }
    while (begun < 4) yield();
    all_in_time = clock::now() < due;
    while (clock::now() < due + 1ms) continue;
    all.wait();
  };
  EXPECT_EQ(0, run(body, {.workers = 1}));
  if (all_in_time && !under_forced_migration) {
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
  }
}

WEFT_PLAIN_TEST("W1.9", "when a slice is over who was woken in it stays in front, and who had it goes to the end") {
  queue q;
  detail::fired woken;
  ASSERT_TRUE(q.push_back(1));
  q.set_next(9);
  EXPECT_EQ(woken.take_spent(q, 50), 9);  // nobody fired: the slot has had it
  q.set_next(8);
  ASSERT_TRUE(woken.queue(q, 101));
  woken.begin_turn(60);
  ASSERT_EQ(q.pop_front(), 101);
  q.set_next(102);  // whom 101 wakes
  EXPECT_EQ(woken.take_spent(q, 62), 8);
  EXPECT_EQ(woken.take_spent(q, 62), 0);
  EXPECT_EQ(drain(q), (std::vector{102, 1}));
  q.set_next(7);
  EXPECT_EQ(woken.take_spent(q, 70), 7);  // long ago
}

WEFT_PLAIN_TEST("W1.9", "at every other end of a slice somebody goes to the end, whoever is due meanwhile") {
  queue q;
  detail::fired woken;
  ASSERT_TRUE(q.push_back(1));
  int turns = 0, partner = 8;
  q.set_next(partner);
  for (std::uint32_t slice = 0, switches = 0; slice < 20; ++slice) {
    woken.refill(q, 61);
    ASSERT_TRUE(woken.queue(q, 101));
    woken.begin_turn(switches++);
    ASSERT_EQ(q.pop_front(), 101);
    if (const int ran = q.pop_front(); ran == 1) {
      ++turns;
      ASSERT_TRUE(q.push_back(1));
    } else {
      partner = 17 - ran;
      q.set_next(partner);
    }
    ++switches;
    if (const int spent = woken.take_spent(q, switches); spent != 0) {
      ASSERT_TRUE(q.push_back(spent));
    }
  }
  EXPECT_GE(turns, 4);
}

// Each pair fills its slice through the slot, so that a sleeper at the end of the ring would wait for 64 slices.
WEFT_PLAIN_TEST("W1.9", "a sleeper beside pairs that pass a message back and forth is not late by what they do") {
  const auto body = [] {
    constexpr int pairs = 64, sleeps = 40;
    std::atomic<bool> over{false};
    wait_group all;
    for (int i = 0; i < pairs; ++i) {
      const chan<int> there, back;
      all.go([=] {
        for (const int ball : there) back.send(ball);
      });
      all.go([=, &over] {
        while (!over.load()) {
          there.send(1);
          back.recv();
        }
        there.close();
      });
    }
    const auto begun = clock::now();
    for (int i = 0; i < sleeps; ++i) sleep_for(1ms);
    const auto took = clock::now() - begun;
    over = true;
    all.wait();
    EXPECT_LT(took, 5s) << "they used to take 10 s and more";
  };
  EXPECT_EQ(0, run(body, {.workers = 1}));
}

}  // namespace
}  // namespace weft::test

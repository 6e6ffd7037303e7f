// SPDX-License-Identifier: Apache-2.0
//
// A token's run queue: alone against a simple model, and with an owner and thieves that follow the token lock.
#include "sched/run_queue.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include "harness.hpp"
#include "sched/token_lock.hpp"

namespace weft::test {
namespace {

using detail::run_queue;
using detail::token_lock;

WEFT_PLAIN_TEST("W1.1", "the ring is first in, first out, refuses when it is full, and goes round") {
  run_queue<int, int, 4> q;
  int next_in = 1;
  int next_out = 1;
  for (int round = 0; round < 10; ++round) {
    for (std::uint32_t i = q.ring_size(); i < 4; ++i) EXPECT_TRUE(q.push_back(next_in++));
    EXPECT_FALSE(q.push_back(99));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(q.pop_front(), next_out++);
  }
  EXPECT_EQ(q.pop_front(), next_out);
  EXPECT_EQ(q.pop_front(), 0);
  EXPECT_EQ(q.size(), 0u);
}

WEFT_PLAIN_TEST("W1.2", "the slot holds one and gives back what it held") {
  run_queue<int, int, 4> q;
  EXPECT_EQ(q.take_next(), 0);
  EXPECT_EQ(q.exchange_next(1), 0);
  EXPECT_EQ(q.exchange_next(2), 1);
  EXPECT_EQ(q.size(), 1u);
  EXPECT_EQ(q.ring_size(), 0u);
  EXPECT_EQ(q.next(), 2);
  q.set_next(3);
  EXPECT_EQ(q.take_next(), 3);
  EXPECT_EQ(q.take_next(), 0);
}

WEFT_PLAIN_TEST("W1.7", "the youngest of the ring can be taken from its end") {
  run_queue<int, int, 4> q;
  EXPECT_EQ(q.pop_back(), 0);
  for (int round = 0; round < 5; ++round) {
    for (int item = 1; item <= 4; ++item) EXPECT_TRUE(q.push_back(item));
    EXPECT_EQ(q.pop_back(), 4);
    EXPECT_EQ(q.pop_front(), 1);
    EXPECT_EQ(q.pop_back(), 3);
    EXPECT_EQ(q.pop_back(), 2);
    EXPECT_EQ(q.pop_back(), 0);
    EXPECT_EQ(q.size(), 0u);
  }
}

WEFT_PLAIN_TEST("W1.3", "take_half takes the older half, at least one, and leaves the rest in order") {
  for (std::uint32_t filled = 0; filled <= 8; ++filled) {
    run_queue<int, int, 8> q;
    for (std::uint32_t i = 0; i < filled; ++i) ASSERT_TRUE(q.push_back(static_cast<int>(i) + 1));
    std::array<int, 4> taken{};
    const std::uint32_t n = q.take_half(taken.data());
    EXPECT_EQ(n, (filled + 1) / 2);
    for (std::uint32_t i = 0; i < n; ++i) EXPECT_EQ(taken[i], static_cast<int>(i) + 1);
    for (std::uint32_t i = n; i < filled; ++i) EXPECT_EQ(q.pop_front(), static_cast<int>(i) + 1);
    EXPECT_EQ(q.pop_front(), 0);
  }
}

template <std::uint32_t Capacity>
void compare_with_model(std::uint32_t seed) {
  std::mt19937 chance(seed);
  run_queue<int, int, Capacity> q;
  std::deque<int> ring;
  int slot = 0;
  int next = 1;
  for (int step = 0; step < 20'000; ++step) {
    switch (chance() % 6) {
      case 0:
        EXPECT_EQ(q.push_back(next), ring.size() < Capacity);
        if (ring.size() < Capacity) ring.push_back(next);
        ++next;
        break;
      case 1:
        EXPECT_EQ(q.pop_front(), ring.empty() ? 0 : ring.front());
        if (!ring.empty()) ring.pop_front();
        break;
      case 2:
        EXPECT_EQ(q.exchange_next(next), slot);
        slot = next++;
        break;
      case 3:
        EXPECT_EQ(q.take_next(), slot);
        slot = 0;
        break;
      case 4: {
        const auto at = static_cast<std::uint32_t>(chance() % (ring.size() + 1));
        EXPECT_EQ(q.insert(next, at), ring.size() < Capacity);
        if (ring.size() < Capacity) ring.insert(ring.begin() + at, next);
        ++next;
        break;
      }
      default:
        std::array<int, Capacity / 2> taken{};
        const std::uint32_t n = q.take_half(taken.data());
        ASSERT_EQ(n, (ring.size() + 1) / 2);
        for (std::uint32_t i = 0; i < n; ++i, ring.pop_front()) EXPECT_EQ(taken[i], ring.front());
        break;
    }
    ASSERT_EQ(q.ring_size(), ring.size());
    ASSERT_EQ(q.size(), ring.size() + (slot != 0 ? 1 : 0));
  }
}

WEFT_PLAIN_TEST("W1.4", "twenty thousand random operations agree with a simple model, at every capacity") {
  compare_with_model<2>(1);
  compare_with_model<4>(2);
  compare_with_model<256>(3);
}

/// An owner that pushes and pops under its token lock, and thieves that are let in by it.
class stolen_from {
 public:
  explicit stolen_from(int items) : items_(items), seen_(static_cast<std::size_t>(items) + 1) {}

  void run(int thief_count) {
    std::vector<std::thread> thieves;
    for (int i = 0; i < thief_count; ++i) thieves.emplace_back([this] { steal(); });
    own();
    for (std::thread& t : thieves) t.join();
  }

  void expect_each_once() const {
    for (int i = 1; i <= items_; ++i) ASSERT_EQ(seen_[static_cast<std::size_t>(i)].load(), 1) << "item " << i;
  }

  [[nodiscard]] int stolen() const { return stolen_.load(); }

 private:
  void saw(int item) {
    ++seen_[static_cast<std::size_t>(item)];
    ++done_;
  }

  void own() {
    std::mt19937 chance(7);
    for (int next = 1; done_.load() < items_;) {
      ASSERT_TRUE(lock_.enter());
      if (next <= items_ && chance() % 3 != 0) {
        const int displaced = queue_.exchange_next(next++);
        if (displaced != 0 && !queue_.push_back(displaced)) saw(displaced);
      } else if (const int item = chance() % 2 != 0 ? queue_.pop_front() : queue_.take_next(); item != 0) {
        saw(item);
      }
      lock_.leave();
      if (chance() % 64 == 0) std::this_thread::yield();
    }
  }

  void steal() {
    std::array<int, 8> loot{};
    while (done_.load() < items_) {
      if (queue_.size() == 0 || !lock_.contest()) continue;
      if (!lock_.inspect(20)) continue;
      std::uint32_t n = queue_.take_half(loot.data());
      if (n == 0 && (loot[0] = queue_.take_next()) != 0) n = 1;
      lock_.give_back();
      stolen_ += static_cast<int>(n);
      for (std::uint32_t i = 0; i < n; ++i) saw(loot[i]);
    }
  }

  const int items_;
  token_lock lock_;
  run_queue<int, int, 16> queue_;
  std::vector<std::atomic<int>> seen_;
  std::atomic<int> done_{0};
  std::atomic<int> stolen_{0};
};

WEFT_PLAIN_TEST("W1.5", "with thieves about nothing is lost and nothing is taken twice") {
  int stolen = 0;
  for (int round = 0; round < 3; ++round) {
    stolen_from queue(under_thread_sanitizer || under_address_sanitizer ? 5'000 : 50'000);
    queue.run(3);
    queue.expect_each_once();
    stolen += queue.stolen();
  }
  EXPECT_GT(stolen, 0);
}

}  // namespace
}  // namespace weft::test

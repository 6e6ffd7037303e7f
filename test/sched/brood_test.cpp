// SPDX-License-Identifier: Apache-2.0
//
// Where those stand in a queue whom somebody started who waits now, and what that does for trees of goroutines.
#include "sched/brood.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <vector>

#include "harness.hpp"
#include "sched/run_queue.hpp"
#include "weft/weft.hpp"

namespace weft::test {
namespace {

using namespace std::chrono_literals;
using queue = detail::run_queue<int, int, 64>;

constexpr int fresh = 100;  // items from here on have not run yet

struct scene {
  queue ring;
  detail::fired woken;
  detail::brood young;

  void start(int parent, int first, int last) {
    for (int item = first; item <= last; ++item) {
      ASSERT_TRUE(ring.push_back(item));
      young.note_birth(&parents[parent]);
    }
  }
  void wait(int parent) {
    if (young.any()) young.gather(ring, woken, &parents[parent], [](int item) { return item >= fresh; });
  }
  std::vector<int> drain() {
    std::vector<int> order;
    while (const int item = ring.pop_front()) order.push_back(item);
    return order;
  }

  const int parents[3]{};
};

WEFT_PLAIN_TEST("W1.12", "whom a goroutine has started goes to the front when it waits, in the order of the starts") {
  scene s;
  for (int item = 1; item <= 3; ++item) ASSERT_TRUE(s.ring.push_back(item));
  s.start(0, 101, 104);
  s.wait(0);
  EXPECT_EQ(s.ring.pop_front(), 101);
  s.start(1, 201, 202);
  s.wait(1);
  EXPECT_EQ(s.drain(), (std::vector{201, 202, 102, 103, 104, 1, 2, 3}));
}

WEFT_PLAIN_TEST("W1.12",
                "nobody goes to the front for a goroutine that did not start him, started many, or is not the last") {
  scene s;
  ASSERT_TRUE(s.ring.push_back(1));
  s.start(0, 101, 102);
  s.wait(1);  // somebody else waits
  s.wait(0);
  EXPECT_EQ(s.drain(), (std::vector{1, 101, 102}));
  ASSERT_TRUE(s.ring.push_back(1));
  s.start(0, 101, 100 + static_cast<int>(detail::brood::few) + 1);
  s.wait(0);
  EXPECT_EQ(s.drain().front(), 1);
  ASSERT_TRUE(s.ring.push_back(1));
  s.start(0, 101, 102);
  ASSERT_TRUE(s.ring.push_back(2));  // has run before, and came after them
  s.wait(0);
  EXPECT_EQ(s.drain(), (std::vector{1, 101, 102, 2}));
}

WEFT_PLAIN_TEST("W1.12", "those who are woken by deadlines stand before those who were just started") {
  scene s;
  for (int item = 1; item <= 2; ++item) ASSERT_TRUE(s.ring.push_back(item));
  ASSERT_TRUE(s.woken.queue(s.ring, 11));
  s.start(0, 101, 102);
  s.wait(0);
  ASSERT_TRUE(s.woken.queue(s.ring, 12));
  s.start(1, 201, 201);
  s.wait(1);
  EXPECT_EQ(s.drain(), (std::vector{11, 12, 201, 101, 102, 1, 2}));
  EXPECT_FALSE(s.woken.any(s.ring));
}

WEFT_PLAIN_TEST("W1.12", "when a slice is over the first of those who waited before comes first") {
  scene s;
  for (int item = 1; item <= 3; ++item) ASSERT_TRUE(s.ring.push_back(item));
  s.start(0, 101, 103);
  s.wait(0);
  s.young.let_old_forward(s.ring, s.woken);
  EXPECT_EQ(s.ring.pop_front(), 1);
  EXPECT_EQ(s.ring.pop_front(), 101);
  s.young.let_old_forward(s.ring, s.woken);
  EXPECT_EQ(s.ring.pop_front(), 2);
  s.start(1, 201, 202);
  s.wait(1);
  s.young.let_old_forward(s.ring, s.woken);
  EXPECT_EQ(s.drain(), (std::vector{3, 201, 202, 102, 103}));
  s.young.let_old_forward(s.ring, s.woken);
  EXPECT_EQ(s.ring.pop_front(), 0);
}

/// Starts three that do the same, and adds up what they send.
long tree(int depth, std::atomic<long>& alive, std::atomic<long>& most) {
  for (long now = ++alive, seen = most; now > seen && !most.compare_exchange_weak(seen, now);) continue;
  long sum = 1;
  if (depth > 0) {
    const chan<long> line;
    for (int i = 0; i < 3; ++i) go([=, &alive, &most] { line.send(tree(depth - 1, alive, most)); });
    for (int i = 0; i < 3; ++i) sum += *line.recv();
  }
  --alive;
  return sum;
}

/// A queue whose places may have gone round.
struct worn_queue : queue {
  std::uint32_t passed = 0;
  [[nodiscard]] std::uint32_t front() const noexcept { return queue::front() + passed; }
};

WEFT_PLAIN_TEST("W1.12", "when a slice is over the first comes first, also when the places have gone half round") {
  worn_queue ring;
  detail::fired woken;
  detail::brood young;
  const int parent = 0;
  const auto move_two = [&] {
    for (int item = 1; item <= 2; ++item) ASSERT_TRUE(ring.push_back(item));
    for (int item = 101; item <= 102; ++item) {
      ASSERT_TRUE(ring.push_back(item));
      young.note_birth(&parent);
    }
    young.gather(ring, woken, &parent, [](int item) { return item >= fresh; });
  };
  move_two();
  for (const int item : {101, 102, 1, 2}) EXPECT_EQ(ring.pop_front(), item);
  ring.passed = (std::uint32_t{1} << 31) + 1'000;
  move_two();
  young.let_old_forward(ring, woken);
  EXPECT_EQ(ring.pop_front(), 1);
}

WEFT_PLAIN_TEST("W1.12", "a tree of goroutines that report through channels has few alive at a time") {
  std::atomic<long> alive{0}, most{0};
  EXPECT_EQ(0, run([&] { EXPECT_EQ(tree(9, alive, most), 29'524); }, {.workers = 1}));
  if (!under_forced_migration) {
    EXPECT_LT(most, 1'000) << "first in, first out there are some thousands";
  }
}

WEFT_PLAIN_TEST("W1.12", "a tree that grows for ever does not starve those who waited before it") {
  const auto body = [] {
    std::atomic<bool> over{false};
    std::atomic<long> alive{0}, most{0};
    wait_group turns, trees;
    for (int i = 0; i < 20; ++i) turns.go([] { yield(); });
    trees.go([&] {
      while (!over) tree(3, alive, most);
    });
    turns.wait();
    over = true;
    trees.wait();
  };
  EXPECT_EQ(0, run(body, {.workers = 1}));
}

}  // namespace
}  // namespace weft::test

// SPDX-License-Identifier: Apache-2.0
//
// Tasks that their joiner makes begin: they may end on another worker, on none, by an exception or by goexit, and the
// joiner goes on all the same.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "harness.hpp"
#include "sched/run_queue.hpp"
#include "weft/weft.hpp"

namespace weft::test {
namespace {

using namespace std::chrono_literals;

WEFT_PLAIN_TEST("W1.11",
                "what was queued last is taken from the slot, or else from the end of the ring, and nothing else is") {
  detail::run_queue<int, int, 4> q;
  EXPECT_FALSE(q.take_if_last(1));
  ASSERT_TRUE(q.push_back(1));
  ASSERT_TRUE(q.push_back(2));
  q.set_next(3);
  EXPECT_FALSE(q.take_if_last(2));
  EXPECT_TRUE(q.take_if_last(3));
  EXPECT_FALSE(q.take_if_last(1));
  EXPECT_TRUE(q.take_if_last(2));
  EXPECT_TRUE(q.take_if_last(1));
  EXPECT_EQ(q.size(), 0u);
}

WEFT_PLAIN_TEST("W1.11", "a joiner goes on when its task has ended without a token") {
  std::atomic<int> turns{0};
  const auto body = [&turns] {
    std::atomic<bool> over{false};
    wait_group others;
    others.go([&] {
      for (; !over; yield()) ++turns;
    });
    for (int round = 0; round < 3; ++round) {
      const int sum = spawn([&] {
                        const int before = turns;
                        while (turns < before + 10) continue;  // only who takes our token lets the other run
                        return round;
                      }).join();
      EXPECT_EQ(sum, round);
    }
    over = true;
    others.wait();
  };
  EXPECT_EQ(0, run(body, {.workers = 1}));
}

/// A tree of tasks that yield here and there, end in every way, and count their leaves.
int leaves(int depth, unsigned path) {
  if (depth == 0) {
    if (path % 7 == 0) throw std::runtime_error("a leaf");
    return 1;
  }
  auto left = spawn([=] {
    if (path % 3 == 0) yield();
    return leaves(depth - 1, 2 * path);
  });
  auto right = spawn([=] {
    if (path % 5 == 0) sleep_for(1us);
    return leaves(depth - 1, 2 * path + 1);
  });
  const auto of = [](task<int>& child) {
    try {
      return child.join();
    } catch (const std::runtime_error&) {
      return 1;
    }
  };
  const int first = of(right);
  return first + of(left);
}

WEFT_PLAIN_TEST("W1.11",
                "a tree of tasks that move between workers and end in every way gives its joiners what they wait for") {
  for (const int workers : {1, 2, 4}) {
    const auto body = [] {
      for (unsigned path = 1; path < 6; ++path) EXPECT_EQ(leaves(8, path), 256);
    };
    EXPECT_EQ(0, run(body, {.workers = workers}));
  }
}

WEFT_PLAIN_TEST("W1.11", "a run may end while a joiner waits for the task that it made begin") {
  for (int round = 0; round < 3; ++round) {
    const auto body = [] {
      go([] { spawn([] { sleep_for(1h); }).join(); });
      yield();
      yield();
    };
    EXPECT_EQ(0, run(body, {.workers = 1}));
  }
}

}  // namespace
}  // namespace weft::test

// SPDX-License-Identifier: Apache-2.0
//
// In which order a worker runs what it has forked and has to join.
#include <algorithm>
#include <atomic>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace weft::test {
namespace {

struct population {
  std::atomic<int> begun{0};  // and not ended
  std::atomic<int> most{0};
};

int fib(int n, population& alive) {
  if (n < 2) return n;
  auto left = spawn([n, &alive] {
    const int now = ++alive.begun;
    alive.most = std::max(alive.most.load(), now);
    const int result = fib(n - 1, alive);
    --alive.begun;
    return result;
  });
  const int right = fib(n - 2, alive);
  return left.join() + right;
}

// 10,945 goroutines, of which a first-in first-out queue has some 900 alive at once, and this one 19. On a busy machine
// slices end in between, and then some more branches are begun.
WEFT_PLAIN_TEST("W1.7", "a worker that forks and joins goes down one branch at a time") {
  population alive;
  EXPECT_EQ(0, run([&] { EXPECT_EQ(fib(20, alive), 6765); }, {.workers = 1}));
  EXPECT_EQ(alive.begun.load(), 0);
  if (!under_forced_migration) {
    EXPECT_LT(alive.most.load(), 600);
  }
}

}  // namespace
}  // namespace weft::test

// SPDX-License-Identifier: Apache-2.0
//
// Many goroutines at once. The memory that they take: test/crash/memory_*.cpp and test/stress.
#include "harness.hpp"
#include "weft/weft.hpp"

namespace {

using weft::chan;

constexpr int link_count = weft::test::under_thread_sanitizer ? 500 : 10000;

WEFT_TEST_WITH("G1.5", "a chain of ten thousand goroutines, each waiting for the next, passes a value along",
               .seeds = 5) {
  const chan<int> leftmost;
  chan<int> left = leftmost;
  for (int i = 0; i < link_count; ++i) {
    chan<int> right;
    weft::go([left, right] { left.send(right.recv().value() + 1); });
    left = right;
  }
  EXPECT_EQ(weft::num_goroutine(), static_cast<std::size_t>(link_count) + 1);
  left.send(0);
  EXPECT_EQ(leftmost.recv(), link_count);
}

WEFT_TEST_WITH("G1.5", "a binary tree of goroutines adds up its leaves", .seeds = 20) {
  struct tree {
    static void sum(const chan<int>& out, int depth) {
      if (depth == 0) {
        out.send(1);
        return;
      }
      chan<int> below;
      for (int i = 0; i < 2; ++i) weft::go([=] { sum(below, depth - 1); });
      const int left = below.recv().value();
      out.send(left + below.recv().value());
    }
  };
  constexpr int depth = weft::test::under_thread_sanitizer ? 7 : 10;
  chan<int> out;
  weft::go([=] { tree::sum(out, depth); });
  EXPECT_EQ(out.recv(), 1 << depth);
}

WEFT_TEST_WITH("G1.5", "goroutines that start and end all the time reuse what the ended ones leave", .seeds = 5) {
  constexpr int rounds = weft::test::under_thread_sanitizer ? 20 : 200;
  for (int round = 0; round < rounds; ++round) {
    weft::wait_group all;
    for (int i = 0; i < 50; ++i) {
      all.go([i] {
        if (i % 3 == 0) weft::yield();
      });
    }
    all.wait();
  }
}

}  // namespace

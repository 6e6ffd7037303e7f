// SPDX-License-Identifier: Apache-2.0
//
// len, cap and iteration.
#include <algorithm>
#include <iterator>
#include <memory>
#include <numeric>
#include <ranges>
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;

WEFT_TEST("C9.1", "len counts what is in the buffer while the ring goes round, cap stays") {
  for (const std::size_t capacity : {1, 2, 3, 5, 8, 13}) {
    const chan<int> c(capacity);
    for (std::size_t round = 0; round < 3 * capacity; ++round) {
      EXPECT_EQ(c.len(), 0u);
      const std::size_t filled = round % capacity + 1;
      for (std::size_t i = 0; i < filled; ++i) {
        c.send(0);
        EXPECT_EQ(c.len(), i + 1);
      }
      for (std::size_t i = filled; i > 0; --i) {
        static_cast<void>(c.recv());
        EXPECT_EQ(c.len(), i - 1);
      }
      EXPECT_EQ(c.cap(), capacity);
    }
  }
}

WEFT_TEST("C9.2", "those who wait do not count as length") {
  const chan<int> unbuffered, full(2);
  full.send(0);
  full.send(0);
  weft::go([=] { unbuffered.send(1); });
  weft::go([=] { full.send(1); });
  settle();
  EXPECT_EQ(unbuffered.len(), 0u);
  EXPECT_EQ(unbuffered.cap(), 0u);
  EXPECT_EQ(full.len(), 2u);
  EXPECT_EQ(unbuffered.recv(), 1);
  for (const int expected : {0, 0, 1}) EXPECT_EQ(full.recv(), expected);
}

WEFT_TEST("C9.3", "len is never more than cap nor less than zero, whatever goes on") {
  const chan<int> c(3);
  weft::wait_group all;
  for (int i = 0; i < 3; ++i) {
    all.go([=] {
      for (int n = 0; n < 300; ++n) c.send(n);
    });
    all.go([=] {
      for (int n = 0; n < 300; ++n) static_cast<void>(c.recv());
    });
  }
  for (int i = 0; i < 300; ++i) {
    EXPECT_LE(c.len(), 3u);
    weft::yield();
  }
  all.wait();
  EXPECT_EQ(c.len(), 0u);
}

WEFT_TEST("C10.1", "a loop over a channel receives until it is closed and drained") {
  for (const int capacity : {0, 1, 10}) {
    const chan<int> c(capacity);
    weft::go([=] {
      for (int i = 1; i <= 100; ++i) c.send(i);
      c.close();
    });
    int sum = 0;
    for (const int v : c) sum += v;
    EXPECT_EQ(sum, 5050);
    for (const int v : c) ADD_FAILURE() << "closed and drained, but gave " << v;
  }
}

WEFT_TEST("C10.2", "a loop that is left leaves the rest in the channel") {
  const chan<int> c(10);
  for (int i = 0; i < 10; ++i) c.send(i);
  for (const int v : c) {
    if (v == 3) break;
  }
  EXPECT_EQ(c.recv(), 4);
}

#if !defined(__clang__) || __clang_major__ >= 16  // before, clang cannot compile the views of libstdc++
WEFT_TEST("C10.2", "the first three of a channel are three, and the fourth is neither received nor waited for") {
  const chan<int> c(10);
  for (int i = 0; i < 6; ++i) c.send(i);
  std::vector<int> taken;
  for (const int v : c | std::views::take(3)) taken.push_back(v);
  EXPECT_EQ(taken, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(c.len(), 3u);
  for (const int v : c | std::views::take(3)) taken.push_back(v);  // all that there are: nobody sends more
  EXPECT_EQ(taken.size(), 6u);
  for (const int v : c | std::views::take(0)) ADD_FAILURE() << v;
}
#endif

WEFT_TEST("C10.2", "an iterator receives when it is compared or dereferenced, once for each step") {
  const chan<int> c(10);
  for (int i = 0; i < 6; ++i) c.send(i);
  auto at = c.begin();
  EXPECT_EQ(c.len(), 6u);
  EXPECT_FALSE(at == c.end());
  EXPECT_EQ(*at, 0);
  EXPECT_EQ(c.len(), 5u);
  ++at;
  EXPECT_EQ(c.len(), 5u);
  EXPECT_EQ(*at, 1);
  EXPECT_EQ(*at, 1);
  EXPECT_EQ(c.len(), 4u);
  ++at;
  ++at;  // over the 2
  EXPECT_EQ(*at, 3);
  EXPECT_EQ(c.recv(), 4);
}

WEFT_TEST("C10.3", "a loop takes values by value, by reference and by moving") {
  const chan<std::unique_ptr<int>> c(3);
  const auto fill = [&] {
    for (int i = 0; i < 3; ++i) c.send(std::make_unique<int>(i));
  };
  std::vector<std::unique_ptr<int>> kept;
  fill();
  for (auto&& v : c) {
    kept.push_back(std::move(v));
    if (kept.size() == 3) break;
  }
  fill();
  c.close();
  int sum = 0;
  for (const std::unique_ptr<int>& v : c) sum += *v;
  EXPECT_EQ(sum, 3);
  EXPECT_EQ(*kept[2], 2);
}

WEFT_TEST("C10.4", "the loop's value is gone before it waits for the next one") {
  const chan<std::shared_ptr<int>> c;
  const chan<bool> released;
  weft::go([=] {
    const auto first = std::make_shared<int>(1);
    c.send(first);
    settle();  // the loop waits for the second
    released.send(first.use_count() == 1);
    c.close();
  });
  weft::go([=] { EXPECT_EQ(released.recv(), true); });
  for (auto&& v : c) EXPECT_EQ(*v, 1);
}

WEFT_TEST("C10.1", "a channel is an input range for the standard library") {
  static_assert(std::ranges::input_range<chan<int>>);
  static_assert(std::ranges::input_range<weft::receiver<std::unique_ptr<int>>>);
  const chan<int> c(10);
  for (int i = 0; i < 10; ++i) c.send(i);
  c.close();
  EXPECT_EQ(std::ranges::count_if(c, [](int v) { return v % 2 == 1; }), 5);
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "sched/global_queue.hpp"

#include <array>
#include <deque>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "harness.hpp"

namespace weft::test {
namespace {

using detail::global_queue;
using detail::goroutine;

/// Records to queue; the queue never looks into them.
class records {
 public:
  explicit records(std::size_t n) : bytes_(new char[n]) {}
  [[nodiscard]] goroutine* operator[](std::size_t i) const { return reinterpret_cast<goroutine*>(&bytes_[i]); }
  [[nodiscard]] std::size_t index_of(const goroutine* g) const {
    return static_cast<std::size_t>(reinterpret_cast<const char*>(g) - bytes_.get());
  }

 private:
  std::unique_ptr<char[]> bytes_;
};

WEFT_PLAIN_TEST("W1.6", "the global queue is first in, first out over many blocks") {
  constexpr std::size_t count = 5000;
  const records all(count);
  static global_queue q;  // it keeps its blocks
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < count;) {
      std::array<goroutine*, 129> batch{};
      const std::size_t n = std::min<std::size_t>(1 + i % 129, count - i);
      for (std::size_t k = 0; k < n; ++k) batch[k] = all[i + k];
      q.push(batch.data(), n);
      i += n;
    }
    EXPECT_EQ(q.size(), count);
    for (std::size_t i = 0; i < count;) {
      std::array<goroutine*, 64> out{};
      const std::size_t n = q.pop(out.data(), 1 + i % 64);
      ASSERT_GT(n, 0u);
      for (std::size_t k = 0; k < n; ++k) ASSERT_EQ(all.index_of(out[k]), i + k);
      i += n;
    }
    EXPECT_EQ(q.size(), 0u);
    goroutine* none = nullptr;
    EXPECT_EQ(q.pop(&none, 1), 0u);
  }
}

WEFT_PLAIN_TEST("W1.6", "random pushes and pops of the global queue agree with a simple model") {
  const records all(100'000);
  std::mt19937 chance(5);
  static global_queue q;  // it keeps its blocks
  std::deque<std::size_t> model;
  for (std::size_t next = 0, step = 0; step < 3000; ++step) {
    if (chance() % 2 != 0) {
      std::array<goroutine*, 600> batch{};
      const std::size_t n = std::min<std::size_t>(chance() % batch.size(), 100'000 - next);
      for (std::size_t k = 0; k < n; ++k, ++next) {
        batch[k] = all[next];
        model.push_back(next);
      }
      q.push(batch.data(), n);
    } else {
      std::array<goroutine*, 700> out{};
      const std::size_t asked = chance() % out.size();
      const std::size_t n = q.pop(out.data(), asked);
      ASSERT_EQ(n, std::min(asked, model.size()));
      for (std::size_t k = 0; k < n; ++k, model.pop_front()) ASSERT_EQ(all.index_of(out[k]), model.front());
    }
    ASSERT_EQ(q.size(), model.size());
  }
}

WEFT_PLAIN_TEST("W1.6", "many threads push to and pop from the global queue: nothing is lost or taken twice") {
  constexpr std::size_t threads = 4;
  constexpr std::size_t each = under_thread_sanitizer ? 5'000 : 50'000;
  const records all(threads * each);
  std::vector<std::atomic<int>> seen(threads * each);
  std::atomic<std::size_t> taken{0};
  static global_queue q;  // it keeps its blocks
  std::vector<std::thread> workers;
  for (std::size_t t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      std::array<goroutine*, 50> batch{};
      for (std::size_t next = 0; taken.load() < threads * each;) {
        std::size_t n = 0;
        for (; n < 1 + next % 40 && next < each; ++n, ++next) batch[n] = all[t * each + next];
        if (n != 0) q.push(batch.data(), n);
        n = q.pop(batch.data(), 30);
        for (std::size_t i = 0; i < n; ++i) ++seen[all.index_of(batch[i])];
        taken += n;
      }
    });
  }
  for (std::thread& t : workers) t.join();
  for (const std::atomic<int>& n : seen) ASSERT_EQ(n.load(), 1);
  EXPECT_EQ(q.size(), 0u);
}

}  // namespace
}  // namespace weft::test

// SPDX-License-Identifier: Apache-2.0
#include "sched/timers.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "harness.hpp"

namespace weft::test {
namespace {

using detail::nanoseconds;
using detail::never;
using detail::timer_entry;
using detail::timer_heap;
using detail::waiter;

/// A deadline that counts how often it has fired.
struct counting {
  timer_entry entry;
  waiter who;
  std::atomic<int> fired{0};

  explicit counting(nanoseconds when) {
    entry.when = when;
    entry.arg = this;
    entry.claim = [](timer_entry& self) noexcept -> waiter* {
      auto& mine = *static_cast<counting*>(self.arg);
      ++mine.fired;
      return &mine.who;
    };
  }
};

/// Fires what is due and returns how many that was.
int fire_all(timer_heap& heap, nanoseconds time) {
  int n = 0;
  for (waiter* won = nullptr; heap.fire_one(time, won); won = nullptr) ++n;
  return n;
}

WEFT_PLAIN_TEST("W7.1", "deadlines fire in order, each once, when they are due and not before") {
  timer_heap heap;
  std::vector<std::unique_ptr<counting>> all;
  for (const nanoseconds when : {50, 30, 60, 60, 61, 10, 10, 20, 70, 90, 40, 80, 1}) {
    all.push_back(std::make_unique<counting>(when));
    const bool first = std::all_of(all.begin(), all.end(), [&](const auto& c) { return c->entry.when >= when; });
    EXPECT_EQ(heap.arm(all.back()->entry), first);
  }
  EXPECT_EQ(heap.earliest(), 1);
  for (nanoseconds time = 0; time <= 100; ++time) {
    for (waiter* won = nullptr; heap.fire_one(time, won); won = nullptr) {
      const auto fired = std::find_if(all.begin(), all.end(), [&](const auto& c) { return &c->who == won; });
      ASSERT_NE(fired, all.end());
      EXPECT_EQ((*fired)->entry.when, time);
    }
  }
  for (const auto& c : all) EXPECT_EQ(c->fired.load(), 1);
  EXPECT_EQ(heap.earliest(), never);
}

WEFT_PLAIN_TEST("W7.2", "disarm says truly whether it came in time") {
  timer_heap heap;
  counting early(10);
  counting late(20);
  heap.arm(early.entry);
  heap.arm(late.entry);
  EXPECT_EQ(fire_all(heap, 15), 1);
  EXPECT_FALSE(timer_heap::disarm(early.entry));
  EXPECT_TRUE(timer_heap::disarm(late.entry));
  EXPECT_FALSE(timer_heap::disarm(late.entry));
  EXPECT_EQ(fire_all(heap, 100), 0);
  EXPECT_EQ(late.fired.load(), 0);
  EXPECT_EQ(heap.earliest(), never);
  counting never_armed(30);
  EXPECT_FALSE(timer_heap::disarm(never_armed.entry));
}

WEFT_PLAIN_TEST("W7.1", "a callback runs without the heap's lock and may arm the next deadline") {
  struct chain {
    timer_heap heap;
    timer_entry entry;
    int runs = 0;
  } c;
  c.entry.when = 1;
  c.entry.arg = &c;
  c.entry.run = [](timer_entry& self) noexcept {
    auto& mine = *static_cast<chain*>(self.arg);
    ++mine.runs;
    self.when += 10;
    mine.heap.arm(self);
  };
  c.heap.arm(c.entry);
  EXPECT_EQ(fire_all(c.heap, 95), 10);
  EXPECT_EQ(c.runs, 10);
  EXPECT_EQ(c.heap.earliest(), 101);
  EXPECT_TRUE(timer_heap::disarm(c.entry));
}

WEFT_PLAIN_TEST("W7.3", "random arming and disarming agrees with a simple model") {
  std::mt19937 chance(3);
  timer_heap heap;
  std::vector<std::unique_ptr<counting>> all;
  for (int i = 0; i < 200; ++i) all.push_back(std::make_unique<counting>(0));
  std::multimap<nanoseconds, counting*> model;
  nanoseconds time = 0;
  for (int step = 0; step < 20'000; ++step) {
    counting& c = *all[chance() % all.size()];
    const auto armed = std::find_if(model.begin(), model.end(), [&](const auto& m) { return m.second == &c; });
    if (chance() % 3 == 0) {
      EXPECT_EQ(timer_heap::disarm(c.entry), armed != model.end());
      if (armed != model.end()) model.erase(armed);
    } else if (armed == model.end()) {
      c.entry.when = time + 1 + chance() % 1000;
      heap.arm(c.entry);
      model.emplace(c.entry.when, &c);
    }
    time += chance() % 5;
    int due = 0;
    for (; !model.empty() && model.begin()->first <= time; ++due) model.erase(model.begin());
    ASSERT_EQ(fire_all(heap, time), due);
    ASSERT_EQ(heap.earliest(), model.empty() ? never : model.begin()->first);
  }
}

WEFT_PLAIN_TEST("W7.2", "when one thread fires and others disarm, each deadline has one outcome") {
  constexpr std::size_t count = under_thread_sanitizer ? 2'000 : 20'000;
  timer_heap heaps[2];
  std::vector<std::unique_ptr<counting>> all;
  std::vector<std::atomic<int>> disarmed(count);
  std::atomic<std::size_t> armed{0};
  for (std::size_t i = 0; i < count; ++i) all.push_back(std::make_unique<counting>(static_cast<nanoseconds>(i)));
  std::thread firer([&] {
    for (bool more = true; more;) {
      more = armed.load() < count || heaps[0].earliest() != never || heaps[1].earliest() != never;
      for (timer_heap& heap : heaps) fire_all(heap, static_cast<nanoseconds>(count));
    }
  });
  std::vector<std::thread> disarmers;
  for (int t = 0; t < 2; ++t) {
    disarmers.emplace_back([&] {
      for (std::size_t i = 0; i < count; ++i) {
        while (armed.load() <= i) std::this_thread::yield();
        if (timer_heap::disarm(all[i]->entry)) ++disarmed[i];
      }
    });
  }
  for (std::size_t i = 0; i < count; ++i) {
    heaps[i % 2].arm(all[i]->entry);
    ++armed;
  }
  for (std::thread& t : disarmers) t.join();
  firer.join();
  for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(all[i]->fired.load() + disarmed[i].load(), 1) << i;
}

}  // namespace
}  // namespace weft::test

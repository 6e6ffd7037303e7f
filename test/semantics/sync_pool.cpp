// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "party.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;

/// Counts the objects that exist, and knows whether it has an owner.
struct counted {
  explicit counted(std::atomic<int>& n) : alive(n) { ++alive; }
  ~counted() { --alive; }
  std::atomic<int>& alive;
  std::atomic<int> owners{0};
  int number = 0;
};

weft::pool<counted>::maker maker_of(std::atomic<int>& alive) {
  return [&alive] { return std::make_unique<counted>(alive); };
}

WEFT_TEST("M10.1", "a pool gives back what was put, or else makes something new") {
  weft::pool<int> numbers([] { return std::make_unique<int>(0); });
  std::unique_ptr<int> first = numbers.get();
  EXPECT_EQ(*first, 0);
  *first = 7;
  numbers.put(std::move(first));
  const std::unique_ptr<int> again = numbers.get(), fresh = numbers.get();
  EXPECT_EQ(*again + *fresh, 7);
}

WEFT_TEST("M10.1", "a pool without a function makes objects by their default constructor") {
  weft::pool<std::array<int, 4>> arrays;
  EXPECT_EQ((*arrays.get())[3], 0);
}

WEFT_TEST("M10.1", "putting nothing does nothing") {
  weft::pool<int> numbers;
  numbers.put(nullptr);
  EXPECT_EQ(numbers.size(), 0u);
}

WEFT_TEST("M10.1", "what the function throws comes out of get") {
  weft::pool<int> broken([]() -> std::unique_ptr<int> { throw std::runtime_error("no"); });
  EXPECT_THROW(static_cast<void>(broken.get()), std::runtime_error);
  broken.put(std::make_unique<int>(1));
  EXPECT_EQ(*broken.get(), 1);
}

WEFT_TEST_WITH("M10.2", "an object never has two owners, and none is lost", .seeds = 50) {
  std::atomic<int> alive = 0;
  {
    weft::pool<counted> objects(maker_of(alive));
    weft::wait_group all;
    for (int g = 0; g < 8; ++g) {
      all.go([&] {
        std::vector<std::unique_ptr<counted>> mine;
        for (int i = 0; i < scaled(500); ++i) {
          mine.push_back(objects.get());
          EXPECT_EQ(++mine.back()->owners, 1);
          if (i % 7 == 0) weft::yield();
          while (mine.size() > static_cast<std::size_t>(i % 4)) {
            --mine.back()->owners;
            objects.put(std::move(mine.back()));
            mine.pop_back();
          }
        }
        for (auto& each : mine) --each->owners;
      });
    }
    all.wait();
    EXPECT_EQ(static_cast<std::size_t>(alive), objects.size());
    EXPECT_LE(alive, 8 * 4);
  }
  EXPECT_EQ(alive, 0);
}

WEFT_TEST("M10.2", "what was written to an object before put is seen after get") {
  weft::mutex lock;
  std::vector<int*> made;  // all of them: the pool keeps more than it gets back
  weft::pool<int> numbers([&] {
    auto number = std::make_unique<int>(0);
    const std::scoped_lock hold(lock);
    made.push_back(number.get());
    return number;
  });
  weft::wait_group all;
  for (int g = 0; g < 4; ++g) {
    all.go([&] {
      for (int i = 0; i < scaled(200); ++i) {
        std::unique_ptr<int> mine = numbers.get();
        ++*mine;
        numbers.put(std::move(mine));
      }
    });
  }
  all.wait();
  int sum = 0;
  for (const int* const each : made) sum += *each;
  EXPECT_EQ(sum, 4 * scaled(200));
}

WEFT_TEST("M10.2", "threads and goroutines share a pool") {
  std::atomic<int> alive = 0;
  {
    weft::pool<counted> objects(maker_of(alive));
    const auto use = [&] {
      for (int i = 0; i < scaled(200); ++i) {
        auto object = objects.get();
        EXPECT_EQ(++object->owners, 1);
        --object->owners;
        objects.put(std::move(object));
      }
    };
    const partner first(party::thread, use), second(party::thread, use), third(party::goroutine, use);
    use();
  }
  EXPECT_EQ(alive, 0);
}

WEFT_TEST("M10.3", "a pool keeps no more than it was told, and one for each worker") {
  std::atomic<int> alive = 0;
  weft::pool<counted> objects(maker_of(alive), 10);
  std::vector<std::unique_ptr<counted>> many;
  for (int i = 0; i < 100; ++i) many.push_back(objects.get());
  EXPECT_EQ(alive, 100);
  for (auto& each : many) objects.put(std::move(each));
  EXPECT_GE(alive, 10);
  EXPECT_LE(alive, 10 + weft::num_cpu());
  EXPECT_EQ(static_cast<std::size_t>(alive), objects.size());
}

WEFT_TEST("M10.3", "a pool that keeps nothing in its list still works") {
  std::atomic<int> alive = 0;
  weft::pool<counted> objects(maker_of(alive), 0);
  for (int i = 0; i < 10; ++i) objects.put(objects.get());
  EXPECT_LE(alive, weft::num_cpu());
}

WEFT_TEST("M10.4", "clear destroys what is kept, and the pool goes on") {
  std::atomic<int> alive = 0;
  weft::pool<counted> objects(maker_of(alive));
  std::vector<std::unique_ptr<counted>> many;
  for (int i = 0; i < 20; ++i) many.push_back(objects.get());
  std::unique_ptr<counted> out = std::move(many.back());
  many.pop_back();
  for (auto& each : many) objects.put(std::move(each));
  objects.clear();
  EXPECT_EQ(alive, 1);
  EXPECT_EQ(objects.size(), 0u);
  objects.put(std::move(out));
  EXPECT_EQ(objects.size(), 1u);
}

WEFT_TEST_WITH("M10.4", "what nobody has asked for during two periods is destroyed by a later call", .on = sim_only) {
  std::atomic<int> alive = 0;
  weft::pool<counted> objects(maker_of(alive));
  std::vector<std::unique_ptr<counted>> burst;
  for (int i = 0; i < 100; ++i) burst.push_back(objects.get());
  for (auto& each : burst) objects.put(std::move(each));
  EXPECT_EQ(alive, 100);
  const auto use = [&] {
    for (int i = 0; i < 300; ++i) objects.put(objects.get());
  };
  use();
  EXPECT_EQ(alive, 100) << "the time has not come";
  weft::sleep_for(11s);
  use();
  EXPECT_EQ(alive, 100) << "unused for one period";
  weft::sleep_for(11s);
  use();
  EXPECT_LE(alive, 3) << "unused for two";
  EXPECT_GE(alive, 1);
}

WEFT_TEST_WITH("M10.4", "what is asked for again and again stays", .on = sim_only) {
  std::atomic<int> alive = 0, made = 0;
  weft::pool<counted> objects([&] {
    ++made;
    return std::make_unique<counted>(alive);
  });
  for (int round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<counted>> in_use;
    for (int i = 0; i < 10; ++i) in_use.push_back(objects.get());
    for (auto& each : in_use) objects.put(std::move(each));
    weft::sleep_for(6s);
  }
  EXPECT_EQ(made, 10);
}

}  // namespace

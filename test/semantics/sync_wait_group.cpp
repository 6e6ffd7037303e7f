// SPDX-License-Identifier: Apache-2.0
//
// wait_group. Its misuse is in test/crash/wait_group_misuse.cpp.
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;

WEFT_TEST("M8.1 M14.3", "wait returns when all that was added is done, and what was written before is seen") {
  for (const int count : {0, 1, 2, 50}) {
    weft::wait_group all;
    std::vector<int> data(static_cast<std::size_t>(count));
    all.add(count);
    for (int& each : data) {
      weft::go([&] {
        each = 1;
        all.done();
      });
    }
    all.wait();
    for (const int each : data) EXPECT_EQ(each, 1);
  }
}

WEFT_TEST("M8.1", "wait waits as long as one is missing") {
  weft::wait_group all;
  all.add(2);
  const pending waiter([&] { all.wait(); });
  all.done();
  EXPECT_TRUE(waiter.waits());
  all.done();
  EXPECT_TRUE(waiter.ended());
}

WEFT_TEST("M8.2", "any number may wait, and all are let go") {
  weft::wait_group all;
  all.add(1);
  std::vector<weft::task<void>> waiting;
  for (int i = 0; i < 20; ++i) waiting.push_back(weft::spawn([&] { all.wait(); }));
  settle();
  all.done();
  for (weft::task<void>& each : waiting) each.join();
}

WEFT_TEST("M8.3", "a wait_group is as new when wait has returned") {
  weft::wait_group all;
  for (int round = 0; round < 30; ++round) {
    std::atomic<int> done = 0;
    all.add(3);
    for (int i = 0; i < 3; ++i) {
      weft::go([&] {
        ++done;
        all.done();
      });
    }
    all.wait();
    EXPECT_EQ(done, 3);
  }
}

WEFT_TEST_WITH("M8.3", "a wait_group is as new when one wait has returned, though another is just being let go",
               .seeds = 20) {
  for (int i = 0; i < scaled(2000); ++i) {
    auto group = std::make_unique<weft::wait_group>();
    std::atomic<bool> done = false;
    group->add(1);
    weft::task<void> first = weft::spawn([&] { group->wait(); });
    weft::task<void> worker = weft::spawn([&] {
      done = true;
      group->done();
    });
    while (!done) weft::yield();
    group->wait();
    group->add(1);
    std::atomic<bool> again = false;
    weft::task<void> second = weft::spawn([&] {
      weft::yield();
      again = true;
      group->done();
    });
    group->wait();
    EXPECT_TRUE(again);
    first.join();
    worker.join();
    second.join();
  }
}

WEFT_TEST_WITH("M8.3", "a wait_group may be destroyed as soon as wait has returned", .seeds = 50) {
  for (int i = 0; i < scaled(500); ++i) {
    auto all = std::make_unique<weft::wait_group>();
    all->add(2);
    weft::go([&group = *all] { group.done(); });
    weft::go([&group = *all] { group.done(); });
    all->wait();
    all.reset();
  }
}

WEFT_TEST("M8.4", "go counts a goroutine until its function has returned and what it captured is gone") {
  const auto token = std::make_shared<int>(1);
  weft::wait_group all;
  for (int i = 0; i < 10; ++i) {
    all.go([token] { weft::yield(); });
  }
  all.wait();
  EXPECT_EQ(token.use_count(), 1);
}

WEFT_TEST("M8.4", "a goroutine that leaves by goexit is done") {
  weft::wait_group all;
  all.go([] { weft::goexit(); });
  all.go([] {});
  all.wait();
}

WEFT_TEST("M8.4", "a counted goroutine may start further ones in the same group") {
  weft::wait_group all;
  std::atomic<int> leaves = 0;
  std::function<void(int)> grow = [&](int depth) {
    if (depth == 0) {
      ++leaves;
      return;
    }
    all.go([&, depth] { grow(depth - 1); });
    all.go([&, depth] { grow(depth - 1); });
  };
  all.go([&] { grow(5); });
  all.wait();
  EXPECT_EQ(leaves, 32);
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// Groups of limited size.
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

#include "contexts.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::background;
using weft::cancel_scope;
using weft::errc;
using weft::group;

// Go's TestGoLimit.
WEFT_TEST("E1.11", "there are never more goroutines at a time than the limit") {
  group g;
  g.limit(5);
  std::atomic<int> active = 0, most = 0;
  for (int i = 0; i < 50; ++i) {
    g.go([&] {
      const int now = ++active;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) continue;
      weft::yield();
      --active;
    });
  }
  EXPECT_TRUE(g.wait());
  EXPECT_LE(most, 5);
}

WEFT_TEST("E1.11", "go blocks while the group is full, and those who wait get in as they came") {
  group g;
  g.limit(1);
  const weft::chan<weft::unit> go_on;
  std::vector<int> order;
  g.go([=] { go_on.recv(); });
  std::vector<std::unique_ptr<pending>> waiting;
  for (int i = 0; i < 5; ++i) {
    waiting.push_back(std::make_unique<pending>([&, i] { g.go([&, i] { order.push_back(i); }); }));
    EXPECT_TRUE(waiting.back()->waits());
  }
  go_on.send({});
  for (auto& each : waiting) EXPECT_TRUE(each->ended());
  EXPECT_TRUE(g.wait());
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

// Go's TestTryGo.
WEFT_TEST("E1.12", "try_go starts a goroutine if there is a place, and else destroys the function") {
  group g;
  g.limit(2);
  const weft::chan<weft::unit> go_on;
  const auto watched = std::make_shared<int>(0);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(g.try_go([=] { go_on.recv(); }));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(g.try_go([watched] { ADD_FAILURE(); }));
  EXPECT_EQ(watched.use_count(), 1);
  go_on.send({});
  settle();
  EXPECT_TRUE(g.try_go([] {}));
  go_on.send({});
  EXPECT_TRUE(g.wait());
}

WEFT_TEST("E1.12", "a place that somebody waits for goes to him, not to try_go") {
  group g;
  g.limit(1);
  const weft::chan<weft::unit> go_on;
  g.go([=] { go_on.recv(); });
  const pending waiter([&] { g.go([=] { go_on.recv(); }); });
  go_on.send({});
  EXPECT_TRUE(waiter.ended());
  EXPECT_FALSE(g.try_go([] { ADD_FAILURE(); }));
  go_on.send({});
  EXPECT_TRUE(g.wait());
}

WEFT_TEST("E1.13", "a limit of 0 admits nobody, and a negative one everybody") {
  group g;
  g.limit(0);
  EXPECT_FALSE(g.try_go([] { ADD_FAILURE(); }));
  EXPECT_EQ(g.go_for(1us, [] { ADD_FAILURE(); }).error(), errc::timed_out);
  g.limit(-1);
  std::atomic<int> active = 0;
  for (int i = 0; i < 20; ++i) {
    g.go([&] {
      ++active;
      while (active < 20) weft::yield();
    });
  }
  EXPECT_TRUE(g.wait());
}

WEFT_TEST("E1.13", "a limit that is raised while nobody is inside admits those who wait") {
  group g;
  g.limit(0);
  std::atomic<int> calls = 0;
  const pending one([&] { g.go([&] { ++calls; }); }), two([&] { g.go([&] { ++calls; }); });
  EXPECT_TRUE(one.waits());
  g.limit(1);
  EXPECT_TRUE(one.ended());
  EXPECT_TRUE(two.ended());
  EXPECT_TRUE(g.wait());
  EXPECT_EQ(calls, 2);
}

WEFT_TEST("E1.14", "a bounded go gives up when the group stays full, starts nothing, and destroys the function") {
  group g;
  g.limit(1);
  const weft::chan<weft::unit> go_on;
  const auto watched = std::make_shared<int>(0);
  const cancel_scope caller = weft::with_cancel(background());
  g.go([=] { go_on.recv(); });
  EXPECT_EQ(g.go_for(1us, [watched] { ADD_FAILURE(); }).error(), errc::timed_out);
  EXPECT_EQ(g.go_until(weft::clock::now(), [watched] { ADD_FAILURE(); }).error(), errc::timed_out);
  const pending waiter([&] { EXPECT_EQ(g.go(caller, [watched] { ADD_FAILURE(); }).error(), errc::cancelled); });
  EXPECT_TRUE(waiter.waits());
  caller.cancel();
  EXPECT_TRUE(waiter.ended());
  EXPECT_EQ(watched.use_count(), 1);
  go_on.send({});
  EXPECT_TRUE(g.wait());
}

WEFT_TEST("E1.14", "one who gives up does not keep those behind him out") {
  group g;
  g.limit(1);
  const weft::chan<weft::unit> go_on;
  const cancel_scope caller = weft::with_cancel(background());
  g.go([=] { go_on.recv(); });
  bool second = false;
  const pending first([&] { EXPECT_FALSE(g.go(caller, [] { ADD_FAILURE(); })); });
  const pending behind([&] { g.go([&] { second = true; }); });
  caller.cancel();
  EXPECT_TRUE(first.ended());
  go_on.send({});
  EXPECT_TRUE(behind.ended());
  EXPECT_TRUE(g.wait());
  EXPECT_TRUE(second);
}

WEFT_TEST("E1.14", "a bounded go starts the function if there is a place, and not if its context has ended") {
  group g;
  bool called = false;
  EXPECT_TRUE(g.go_for(0s, [&] { called = true; }));
  EXPECT_TRUE(g.wait());
  EXPECT_TRUE(called);
  const cancel_scope ended = weft::with_timeout(background(), 0s);
  EXPECT_EQ(g.go(ended, [] { ADD_FAILURE(); }).error(), errc::timed_out);
}

WEFT_TEST("E1.14", "when copying the function throws, nothing is started and no place is taken") {
  struct refuses {
    refuses() = default;
    refuses(const refuses&) { throw std::runtime_error("no copy"); }
    void operator()() const { ADD_FAILURE(); }
  };
  group g;
  g.limit(1);
  const refuses f;
  EXPECT_THROW(g.go(f), std::runtime_error);
  EXPECT_TRUE(g.try_go([] {}));
  EXPECT_TRUE(g.wait());
}

WEFT_TEST_WITH("E1.11 E1.14", "places are neither lost nor made up, whoever gives up when", .seeds = 50) {
  for (int round = 0; round < scaled(20); ++round) {
    group g;
    g.limit(3);
    std::atomic<int> active = 0, calls = 0, started = 0;
    const auto work = [&] {
      EXPECT_LE(++active, 3);
      weft::sleep_for(10us);
      ++calls;
      --active;
    };
    weft::wait_group all;
    for (int i = 0; i < 12; ++i) {
      all.go([&, i] {
        const bool in = i % 3 == 0 ? g.try_go(work) : g.go_for(i * 5us, work).has_value();
        if (in) ++started;
      });
    }
    all.wait();
    EXPECT_TRUE(g.wait());
    EXPECT_EQ(calls, started);
    EXPECT_TRUE(g.wait());
  }
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// Groups: how goroutines are started in them and waited for.
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "contexts.hpp"
#include "party.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::background;
using weft::cancel_scope;
using weft::context;
using weft::errc;
using weft::group;

WEFT_TEST("E1.1", "wait returns when all goroutines have ended, and what they wrote is seen") {
  for (const std::size_t count : {0, 1, 2, 50}) {
    std::vector<int> data(count);
    group g;
    for (int& each : data) g.go([&] { each = 1; });
    EXPECT_TRUE(g.wait());
    for (const int each : data) EXPECT_EQ(each, 1);
  }
}

WEFT_TEST("E1.1", "wait waits as long as one is missing, and any number may wait") {
  const weft::chan<weft::unit> go_on;
  group g;
  for (int i = 0; i < 2; ++i) g.go([=] { go_on.recv(); });
  const pending one([&] { EXPECT_TRUE(g.wait()); }), two([&] { EXPECT_TRUE(g.wait()); });
  go_on.send({});
  EXPECT_TRUE(one.waits());
  go_on.send({});
  EXPECT_TRUE(one.ended());
  EXPECT_TRUE(two.ended());
}

WEFT_TEST("E1.1", "functions may take the group's context, and return nothing, a code or a result") {
  group g;
  std::atomic<int> calls = 0;
  g.go([&] { ++calls; });
  g.go([&](const context& ctx) {
    EXPECT_TRUE(ctx == g.context());
    ++calls;
  });
  g.go([&](context) { ++calls; });
  g.go([&] {
    ++calls;
    return std::error_code();
  });
  g.go([&]() -> weft::result<void> {
    ++calls;
    return {};
  });
  g.go([&]() {
    ++calls;
    return weft::failure();
  });
  EXPECT_TRUE(g.wait());
  EXPECT_EQ(calls, 6);
}

WEFT_TEST("E1.2", "the destructor waits: no goroutine of a group outlives it") {
  std::atomic<int> ended = 0;
  {
    group g;
    for (int i = 0; i < 10; ++i) {
      g.go([&] {
        for (int k = 0; k < 5; ++k) weft::yield();
        ++ended;
      });
    }
  }
  EXPECT_EQ(ended, 10);
}

WEFT_TEST("E1.2", "what a function captured is gone when wait returns, and is destroyed once") {
  const auto watched = std::make_shared<int>(0);
  group g;
  for (int i = 0; i < 5; ++i) g.go([watched, big = std::vector<int>(100)] {});
  EXPECT_TRUE(g.wait());
  EXPECT_EQ(watched.use_count(), 1);
}

WEFT_TEST("E1.2", "a destructor that blocks is part of the function") {
  bool gone = false;
  struct slow {
    bool* gone;
    explicit slow(bool* g) : gone(g) {}
    slow(slow&& other) noexcept : gone(std::exchange(other.gone, nullptr)) {}
    ~slow() {
      if (gone == nullptr) return;
      weft::sleep_for(1us);
      *gone = true;
    }
  };
  group g;
  g.go([s = slow(&gone)] {});
  EXPECT_TRUE(g.wait());
  EXPECT_TRUE(gone);
}

WEFT_TEST("E1.3", "a goroutine may start others in its group, also while somebody waits") {
  group g;
  std::atomic<int> count = 0;
  struct tree {
    static void grow(group& g, std::atomic<int>& count, int depth) {
      ++count;
      for (int i = 0; depth > 0 && i < 2; ++i) g.go([&g, &count, depth] { grow(g, count, depth - 1); });
    }
  };
  g.go([&] { tree::grow(g, count, 5); });
  EXPECT_TRUE(g.wait());
  EXPECT_EQ(count, 63);
}

WEFT_TEST("E1.3", "a group may be used again when wait has returned; its context has ended") {
  group g;
  std::atomic<int> calls = 0;
  for (int round = 1; round <= 5; ++round) {
    for (int i = 0; i < 3; ++i) g.go([&] { ++calls; });
    EXPECT_TRUE(g.wait());
    EXPECT_EQ(calls, 3 * round);
    expect_ended(g.context(), errc::cancelled);
  }
}

WEFT_TEST("E1.4", "a wait that gives up leaves the group and its context as they were") {
  const weft::chan<weft::unit> go_on;
  const cancel_scope caller = weft::with_cancel(background());
  group g;
  g.go([=] { go_on.recv(); });
  EXPECT_EQ(g.wait_for(1us).error(), errc::timed_out);
  EXPECT_EQ(g.wait_until(weft::clock::now() + 1us).error(), errc::timed_out);
  EXPECT_EQ(g.wait_for(0s).error(), errc::timed_out);
  EXPECT_EQ(g.wait(weft::with_timeout(caller, 1us)).error(), errc::timed_out);
  const pending waiter([&] { EXPECT_EQ(g.wait(caller).error(), errc::cancelled); });
  EXPECT_TRUE(waiter.waits());
  caller.cancel();
  EXPECT_TRUE(waiter.ended());
  expect_open(g.context());
  go_on.send({});
  const auto ended = g.wait_for(1h);
  ASSERT_TRUE(ended);
  EXPECT_TRUE(*ended);
  expect_ended(g.context(), errc::cancelled);
}

WEFT_TEST("E1.4", "a wait under a context that has ended does not even look; one for no time does") {
  group g;
  const cancel_scope ended = weft::with_timeout(background(), 0s);
  EXPECT_EQ(g.wait(ended).error(), errc::timed_out);
  expect_open(g.context());
  EXPECT_TRUE(g.wait_for(0s));
}

WEFT_TEST("E1.5", "a goroutine that leaves by goexit has ended and not failed") {
  group g;
  g.go([] { weft::goexit(); });
  g.go([](const context& ctx) { EXPECT_FALSE(ctx.err()); });
  EXPECT_TRUE(g.wait());
}

WEFT_TEST("E1.6", "a thread makes a group, waits for it and is waited for") {
  partner thread(party::thread, [] {
    std::atomic<int> sum = 0;
    group g;
    for (int i = 1; i <= 10; ++i) g.go([&, i] { sum += i; });
    EXPECT_TRUE(g.wait());
    EXPECT_EQ(sum, 55);
    const weft::chan<weft::unit> go_on;
    g.go([=] { go_on.recv(); });
    EXPECT_EQ(g.wait_for(0s).error(), errc::timed_out);
    go_on.send({});
  });
  thread.join();
}

WEFT_TEST("E1.6", "whoever likes may start goroutines in a group, and wait for it") {
  group g;
  std::atomic<int> calls = 0;
  for (const party kind : all_parties) {
    partner(kind, [&] {
      g.go([&] { ++calls; });
      EXPECT_TRUE(g.wait());
    }).join();
  }
  EXPECT_EQ(calls, 2);
}

WEFT_TEST_WITH("E1.2", "groups may be destroyed as soon as wait has returned", .seeds = 20) {
  for (int i = 0; i < scaled(500); ++i) {
    auto g = std::make_unique<group>();
    for (int k = 0; k < 3; ++k) g->go([] {});
    EXPECT_TRUE(g->wait());
    g.reset();
  }
}

}  // namespace

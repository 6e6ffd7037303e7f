// SPDX-License-Identifier: Apache-2.0
//
// after_func of contexts.
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "contexts.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::after_func;
using weft::after_scope;
using weft::background;
using weft::cancel_scope;
using weft::with_cancel;

WEFT_TEST("X7.1", "after_func calls its function when the context has ended, once, in a goroutine of its own") {
  const cancel_scope ctx = with_cancel(background());
  std::atomic<int> calls = 0;
  const weft::chan<weft::unit> called;
  const auto after = after_func(ctx, [&, called] {
    EXPECT_TRUE(is_done(ctx));
    EXPECT_TRUE(ctx.err());
    ++calls;
    called.send({});  // may block: it holds up nobody
  });
  settle();
  EXPECT_EQ(calls, 0);
  ctx.cancel();
  settle();
  EXPECT_EQ(calls, 1);
  called.recv();
  ctx.cancel();
  settle();
  EXPECT_EQ(calls, 1);
}

WEFT_TEST("X7.1", "if the context has ended already, the function is called at once") {
  const cancel_scope ctx = with_cancel(background());
  ctx.cancel();
  const weft::chan<int> called;
  const after_scope after = after_func(ctx, [=] { called.send(1); });
  EXPECT_EQ(called.recv(), 1);
}

WEFT_TEST_WITH("X7.1", "a deadline and a parent's end call it as well", .seeds = 20) {
  const weft::chan<int> called(2);
  const cancel_scope timed = weft::with_timeout(background(), 1ms);
  const cancel_scope child = with_cancel(timed);
  const after_scope one = after_func(timed, [=] { called.send(1); });
  const after_scope two = after_func(child, [=] { called.send(2); });
  EXPECT_EQ(*called.recv() + *called.recv(), 3);
}

WEFT_TEST("X7.2", "stop is true for the one that has prevented the call, and false ever after") {
  const cancel_scope ctx = with_cancel(background());
  bool called = false;
  after_scope after = after_func(ctx, [&] { called = true; });
  EXPECT_TRUE(after.stop());
  EXPECT_FALSE(after.stop());
  ctx.cancel();
  settle();
  EXPECT_FALSE(called);
  EXPECT_FALSE(after.stop());
}

WEFT_TEST("X7.2", "stop is false when the function was started, and does not wait for it") {
  const cancel_scope ctx = with_cancel(background());
  const weft::chan<weft::unit> go_on;
  std::atomic<bool> began = false, ended = false;
  after_scope after = after_func(ctx, [&, go_on] {
    began = true;
    go_on.recv();
    ended = true;
  });
  ctx.cancel();
  EXPECT_FALSE(after.stop());
  settle();
  EXPECT_TRUE(began);
  EXPECT_FALSE(ended);
  go_on.send({});
  settle();
  EXPECT_TRUE(ended);
}

WEFT_TEST("X7.2", "stop on a context that never ends prevents the call that would never come") {
  after_scope after = after_func(background(), [] { ADD_FAILURE(); });
  EXPECT_TRUE(after.stop());
  EXPECT_FALSE(after.stop());
}

WEFT_TEST("X7.3", "registrations know nothing of each other") {
  const cancel_scope ctx = with_cancel(background());
  std::atomic<int> sum = 0;
  std::vector<after_scope> all;
  for (int i = 0; i < 10; ++i) all.push_back(after_func(ctx, [&, i] { sum += 1 << i; }));
  for (std::size_t i = 0; i < 10; i += 3) EXPECT_TRUE(all[i].stop());
  ctx.cancel();
  settle();
  EXPECT_EQ(sum, 0b0110110110);
}

WEFT_TEST("X7.4", "the scope's end calls the registration off; detach leaves it to itself") {
  const cancel_scope ctx = with_cancel(background());
  std::atomic<int> calls = 0;
  {
    const after_scope dropped = after_func(ctx, [&] { calls += 1; });
  }
  after_func(ctx, [&] { calls += 10; }).detach();
  after_scope moved = after_func(ctx, [&] { calls += 100; });
  after_scope over = after_func(ctx, [&] { calls += 1000; });
  over = std::move(moved);
  ctx.cancel();
  settle();
  EXPECT_EQ(calls, 110);
}

WEFT_TEST("X7.5", "the function is destroyed once: by stop, or by its goroutine when it has returned") {
  const auto watched = std::make_shared<int>(1);
  const cancel_scope ctx = with_cancel(background());
  after_scope stopped = after_func(ctx, [watched] {});
  EXPECT_EQ(watched.use_count(), 2);
  EXPECT_TRUE(stopped.stop());
  EXPECT_EQ(watched.use_count(), 1);
  const after_scope called = after_func(ctx, [watched] { EXPECT_EQ(watched.use_count(), 2); });
  ctx.cancel();
  settle();
  EXPECT_EQ(watched.use_count(), 1);
}

// stop and cancel at the same time: exactly one of them has the function (T7's truth for contexts).
WEFT_TEST_WITH("X7.2", "of stop and cancel exactly one wins: the function runs if and only if stop was false",
               .seeds = 50) {
  for (int round = 0; round < scaled(200); ++round) {
    const cancel_scope ctx = with_cancel(background());
    auto called = std::make_shared<std::atomic<bool>>(false);
    after_scope after = after_func(ctx, [called] { *called = true; });
    weft::task<void> cancelling = weft::spawn([&] { ctx.cancel(); });
    if (round % 2 == 0) weft::yield();
    const bool stopped = after.stop();
    cancelling.join();
    while (!stopped && !*called) weft::yield();
    EXPECT_NE(stopped, called->load());
  }
}

// As in Go's documentation: a connection that is closed, or a condition that is signalled, when the context ends.
WEFT_TEST("X7.1", "after_func merges two contexts") {
  const cancel_scope first = with_cancel(background());
  const cancel_scope second = with_cancel(background());
  const cancel_scope merged = with_cancel(first);
  const after_scope link = after_func(second, [&] { merged.cancel(second.cause()); });
  second.cancel(std::make_error_code(std::errc::host_unreachable));
  merged.done().recv();
  EXPECT_EQ(merged.cause().code(), std::errc::host_unreachable);
}

}  // namespace

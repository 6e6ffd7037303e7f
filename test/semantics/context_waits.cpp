// SPDX-License-Identifier: Apache-2.0
//
// What a context does to operations that wait.
#include <chrono>
#include <optional>
#include <thread>
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
using weft::with_cancel;

WEFT_TEST("X10.1", "done in a select ends a wait for something else") {
  const weft::chan<int> numbers;
  const cancel_scope ctx = with_cancel(background());
  const pending waiter(
      [&, ctx = context(ctx)] { EXPECT_EQ(weft::select(weft::on_recv(numbers), weft::on_recv(ctx.done())), 1u); });
  EXPECT_TRUE(waiter.waits());
  ctx.cancel();
  EXPECT_TRUE(waiter.ended());
}

WEFT_TEST("X10.1", "done of a context that never ends is a case that is never chosen") {
  weft::chan<int> numbers(1);
  numbers.send(1);
  EXPECT_EQ(weft::select(weft::on_recv(background().done()), weft::on_recv(numbers)), 1u);
}

WEFT_TEST("X10.2", "a wait under a context ends with it, for the context's reason") {
  for (const party kind : all_parties) {
    const cancel_scope ctx = with_cancel(background());
    const cancel_scope child = with_cancel(ctx);
    partner waiter(kind, [&] { EXPECT_EQ(wait_under(child), errc::cancelled) << name(kind); });
    until_waiting(1);
    ctx.cancel();
    waiter.join();
  }
}

WEFT_TEST_WITH("X10.2", "a wait under a context with a deadline times out, whoever waits", .seeds = 20) {
  for (const party kind : all_parties) {
    const cancel_scope ctx = weft::with_timeout(background(), 1ms);
    partner waiter(kind, [&] { EXPECT_EQ(wait_under(ctx), errc::timed_out) << name(kind); });
    waiter.join();
    EXPECT_EQ(wait_under(ctx), errc::timed_out);
  }
}

WEFT_TEST("X10.2", "a wait under a context that has ended does not begin") {
  const cancel_scope ctx = with_cancel(background());
  ctx.cancel();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(wait_under(ctx), errc::cancelled);
}

WEFT_TEST("X10.3", "all who wait under one context, and under those below it, are woken together") {
  const cancel_scope top = with_cancel(background());
  std::vector<cancel_scope> children;
  for (int i = 0; i < 5; ++i) children.push_back(with_cancel(top));
  weft::wait_group all;
  for (int i = 0; i < 20; ++i) {
    all.go(
        [&, i] { EXPECT_EQ(wait_under(i < 10 ? top : children[static_cast<std::size_t>(i % 5)]), errc::cancelled); });
  }
  settle();
  top.cancel();
  all.wait();
}

WEFT_TEST_WITH("X10.3", "ten thousand waits under one context end with it", .seeds = 2) {
  const cancel_scope ctx = with_cancel(background());
  weft::wait_group all;
  for (int i = 0; i < scaled(10'000); ++i) all.go([&] { EXPECT_EQ(wait_under(ctx), errc::cancelled); });
  settle();
  ctx.cancel();
  all.wait();
}

WEFT_TEST("X10.4", "a scope may be given to a call where it is made") {
  weft::chan<int> c(1);
  EXPECT_EQ(c.recv(weft::with_timeout(background(), 1us)).error(), errc::timed_out);
  EXPECT_TRUE(c.send(weft::with_timeout(background(), 1h), 1).has_value());
}

// Whoever is given a scope as a context cannot take it from its owner, nor keep what will be gone.
static_assert(std::is_convertible_v<const cancel_scope&, const context&>);
static_assert(!std::is_convertible_v<cancel_scope&, context&> && !std::is_convertible_v<cancel_scope, const context&>);
static_assert(!std::is_convertible_v<cancel_scope*, context*> && !std::is_assignable_v<context&, cancel_scope>);

}  // namespace

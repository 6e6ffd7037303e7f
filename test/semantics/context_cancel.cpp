// SPDX-License-Identifier: Apache-2.0
//
// Contexts that are cancelled.
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "contexts.hpp"

namespace {

using namespace weft::test;
using weft::background;
using weft::cancel_scope;
using weft::context;
using weft::errc;
using weft::with_cancel;

WEFT_TEST("X1.1", "the roots never end, and have no channel, deadline, cause or value") {
  for (const context& root : {background(), weft::todo()}) {
    EXPECT_TRUE(root.done() == nullptr);
    EXPECT_EQ(root.err(), std::error_code());
    EXPECT_EQ(root.deadline(), std::nullopt);
    EXPECT_FALSE(root.cause());
    EXPECT_EQ(weft::detail::wait_limit(root).by, nullptr);
  }
  EXPECT_TRUE(background() == background());
  EXPECT_FALSE(background() == weft::todo());
}

WEFT_TEST("X1.2", "a description says how a context was made, in Go's words") {
  using namespace std::chrono_literals;
  struct key {
    using value_type = int;
  };
  EXPECT_EQ(background().description(), "context.Background");
  EXPECT_EQ(weft::todo().description(),
            "context." + std::string("TO") + "DO");  // apart: the word marks unfinished work
  const cancel_scope a = with_cancel(background());
  EXPECT_EQ(a.description(), "context.Background.WithCancel");
  const cancel_scope b = weft::with_timeout(a, 1h);
  const context c = weft::with_value<key>(b, 1);
  EXPECT_EQ(weft::without_cancel(c).description(),
            "context.Background.WithCancel.WithDeadline.WithValue.WithoutCancel");
}

WEFT_TEST("X2.1", "a context is open until it is cancelled, and then has ended for ever") {
  const cancel_scope ctx = with_cancel(background());
  expect_open(ctx);
  EXPECT_TRUE(ctx.done() != nullptr);
  EXPECT_EQ(ctx.deadline(), std::nullopt);
  ctx.cancel();
  for (int i = 0; i < 3; ++i) expect_ended(ctx, errc::cancelled);
}

WEFT_TEST("X2.1", "cancelling ends all that is below, and nothing that is above or beside, before it returns") {
  const cancel_scope top = with_cancel(background());
  const cancel_scope left = with_cancel(top), right = with_cancel(top);
  const cancel_scope below = with_cancel(left), deepest = with_cancel(below);
  left.cancel();
  expect_ended(left, errc::cancelled);
  expect_ended(below, errc::cancelled);
  expect_ended(deepest, errc::cancelled);
  expect_open(top);
  expect_open(right);
  top.cancel();
  expect_ended(top, errc::cancelled);
  expect_ended(right, errc::cancelled);
}

WEFT_TEST("X2.2", "only the first cancel counts") {
  const cancel_scope ctx = with_cancel(background());
  const weft::failure first(std::make_error_code(std::errc::no_space_on_device));
  ctx.cancel(first);
  ctx.cancel(std::make_error_code(std::errc::bad_address));
  ctx.cancel();
  expect_ended(ctx, errc::cancelled, first);
}

WEFT_TEST("X2.2", "of many who cancel at once one wins, and everybody sees the same") {
  const cancel_scope ctx = with_cancel(background());
  const cancel_scope child = with_cancel(ctx);
  weft::wait_group all;
  for (int i = 0; i < 8; ++i) {
    all.go([&, i] {
      ctx.cancel(std::error_code(i + 1, std::generic_category()));
      EXPECT_EQ(ctx.err(), errc::cancelled);
      EXPECT_TRUE(is_done(ctx));
    });
  }
  all.wait();
  EXPECT_TRUE(ctx.cause());
  EXPECT_EQ(ctx.cause(), child.cause());
}

WEFT_TEST("X2.3", "a child of a context that has ended has ended when it is made, for the same reason") {
  using namespace std::chrono_literals;
  const cancel_scope ctx = with_cancel(background());
  const weft::failure why(std::make_error_code(std::errc::io_error));
  ctx.cancel(why);
  expect_ended(with_cancel(ctx), errc::cancelled, why);
  expect_ended(weft::with_timeout(ctx, 1h), errc::cancelled, why);
  expect_ended(weft::with_timeout(ctx, -1h, errc::timed_out), errc::cancelled, why);
}

WEFT_TEST("X2.4", "a context ends with its scope") {
  std::optional<context> kept;
  {
    const cancel_scope ctx = with_cancel(background());
    kept = ctx;
    expect_open(*kept);
  }
  expect_ended(*kept, errc::cancelled);
}

WEFT_TEST("X2.4", "a scope may be moved, and one that is assigned over cancels what it had") {
  cancel_scope a = with_cancel(background()), b = with_cancel(background());
  const context first = a, second = b;
  cancel_scope c = std::move(a);
  expect_open(first);
  b = std::move(c);
  expect_ended(second, errc::cancelled);
  expect_open(first);
  b.cancel();
  expect_ended(first, errc::cancelled);
}

WEFT_TEST("X2.4", "a scope that a function returns is that of its caller") {
  const auto make = [](const context& parent) {
    cancel_scope made = with_cancel(parent);
    return made;
  };
  std::vector<cancel_scope> all;
  for (int i = 0; i < 10; ++i) all.push_back(make(background()));
  for (const cancel_scope& each : all) expect_open(each);
}

WEFT_TEST("X2.5", "copies of a context are the same context, and may outlive scope and parent") {
  context copy = background();
  {
    const cancel_scope top = with_cancel(background());
    const cancel_scope ctx = with_cancel(top);
    copy = ctx;
    const context other = copy;
    EXPECT_TRUE(copy == other);
    EXPECT_TRUE(copy.done() == ctx.done());
    EXPECT_FALSE(copy == top);
  }
  expect_ended(copy, errc::cancelled);
  expect_ended(with_cancel(copy), errc::cancelled);
}

WEFT_TEST("X2.6", "a child that has been cancelled is forgotten by its parent, in any order of ends") {
  const cancel_scope top = with_cancel(background());
  std::vector<std::optional<cancel_scope>> children(100);
  for (auto& each : children) each.emplace(with_cancel(top));
  for (std::size_t i = 0; i < 100; i += 2) children[i].reset();
  for (std::size_t i = 99; i > 50; i -= 2) children[i]->cancel();
  expect_open(top);
  for (std::size_t i = 1; i < 50; i += 2) expect_open(*children[i]);
  top.cancel();
  for (std::size_t i = 1; i < 50; i += 2) expect_ended(*children[i], errc::cancelled);
}

WEFT_PLAIN_TEST("X2.7", "threads make, cancel and watch contexts like goroutines, without any of these") {
  const cancel_scope ctx = with_cancel(background());
  std::thread waiting([&] { EXPECT_EQ(wait_under(ctx), errc::cancelled); });
  std::thread receiving([&] { EXPECT_EQ(ctx.done().recv(), std::nullopt); });
  std::thread cancelling([child = with_cancel(ctx), &ctx] {
    expect_open(child);
    ctx.cancel();
    expect_ended(child, errc::cancelled);
  });
  cancelling.join();
  receiving.join();
  waiting.join();
}

WEFT_TEST("X2.8", "what was done before cancel is seen by whoever learns of it") {
  int written = 0;
  const cancel_scope ctx = with_cancel(background());
  weft::wait_group all;
  all.go([&] {
    ctx.done().recv();
    EXPECT_EQ(written, 1);
  });
  all.go([&] {
    while (!ctx.err()) weft::yield();
    EXPECT_EQ(written, 1);
  });
  all.go([&] {
    EXPECT_TRUE(wait_under(ctx));
    EXPECT_EQ(written, 1);
  });
  all.add(1);
  const auto after = weft::after_func(ctx, [&] {
    EXPECT_EQ(written, 1);
    all.done();
  });
  written = 1;
  ctx.cancel();
  all.wait();
}

static_assert(std::is_nothrow_move_constructible_v<cancel_scope> && !std::is_copy_constructible_v<cancel_scope>);
static_assert(std::is_convertible_v<cancel_scope&, context> && !std::is_convertible_v<cancel_scope, context>);
static_assert(std::is_convertible_v<const cancel_scope&, weft::detail::wait_limit>);

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// Values of contexts, and contexts that do not end with their parents. What must not compile is in test/compile_fail.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "contexts.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::background;
using weft::cancel_scope;
using weft::context;
using weft::errc;
using weft::with_cancel;
using weft::with_value;
using weft::without_cancel;

struct user {
  using value_type = std::string;
};
struct other_user {
  using value_type = std::string;
};
struct header {
  using value_type = int;
  std::string name;
  bool operator==(const header&) const = default;
};

WEFT_TEST("X5.1", "a value is found by its key below the place where it was set, and nowhere else") {
  const context ctx = with_value<user>(background(), "gopher");
  const cancel_scope child = with_cancel(ctx);
  ASSERT_NE(child.value<user>(), nullptr);
  EXPECT_EQ(*child.value<user>(), "gopher");
  EXPECT_EQ(*ctx.value<user>(), "gopher");
  EXPECT_EQ(child.value<other_user>(), nullptr);
  EXPECT_EQ(background().value<user>(), nullptr);
}

WEFT_TEST("X5.2", "the value that was set last hides those above it") {
  const context first = with_value<user>(background(), "first");
  const context between = with_value<other_user>(first, "other");
  const context second = with_value<user>(between, "second");
  EXPECT_EQ(*first.value<user>(), "first");
  EXPECT_EQ(*between.value<user>(), "first");
  EXPECT_EQ(*second.value<user>(), "second");
  EXPECT_EQ(*second.value<other_user>(), "other");
}

WEFT_TEST("X5.3", "keys of one type with different contents are different keys") {
  const context one = with_value(background(), header{"one"}, 1);
  const context both = with_value(one, header{"two"}, 2);
  EXPECT_EQ(*both.value(header{"one"}), 1);
  EXPECT_EQ(*both.value(header{"two"}), 2);
  EXPECT_EQ(both.value(header{"three"}), nullptr);
  EXPECT_EQ(one.value(header{"two"}), nullptr);
}

WEFT_TEST("X5.3", "equal types of values do not make equal keys: what a package keeps to itself nobody finds") {
  struct hidden {
    using value_type = std::string;
  };
  const context ctx = with_value<hidden>(background(), "secret");
  EXPECT_EQ(ctx.value<user>(), nullptr);
  EXPECT_EQ(*ctx.value<hidden>(), "secret");
}

WEFT_TEST("X5.4", "a value lives as long as a context below it, and is shared by all of them") {
  struct counted {
    using value_type = std::shared_ptr<int>;
  };
  const auto number = std::make_shared<int>(7);
  std::optional<context> kept;
  {
    const context ctx = with_value<counted>(background(), number);
    const context child = with_value<user>(ctx, "gopher");
    EXPECT_EQ(number.use_count(), 2);
    EXPECT_EQ(ctx.value<counted>(), child.value<counted>());
    kept = child;
  }
  EXPECT_EQ(number.use_count(), 2);
  EXPECT_EQ(**kept->value<counted>(), 7);
  kept.reset();
  EXPECT_EQ(number.use_count(), 1);
}

WEFT_TEST("X5.5", "a context with a value ends with its parent, and has its deadline") {
  const cancel_scope parent = weft::with_timeout(background(), 1h);
  const context ctx = with_value<user>(parent, "gopher");
  EXPECT_EQ(ctx.deadline(), parent.deadline());
  EXPECT_TRUE(ctx.done() == parent.done());
  expect_open(ctx);
  parent.cancel(std::make_error_code(std::errc::io_error));
  expect_ended(ctx, errc::cancelled, std::make_error_code(std::errc::io_error));
}

WEFT_TEST("X5.5", "with_value below a root never ends") {
  const context ctx = with_value<user>(background(), "gopher");
  EXPECT_TRUE(ctx.done() == nullptr);
  EXPECT_EQ(weft::detail::wait_limit(ctx).by, nullptr);
  EXPECT_FALSE(ctx.cause());
}

WEFT_TEST("X5.6", "a value can be one that can only be moved") {
  struct owner {
    using value_type = std::unique_ptr<int>;
  };
  const context ctx = with_value<owner>(background(), std::make_unique<int>(3));
  EXPECT_EQ(**ctx.value<owner>(), 3);
}

WEFT_TEST("X6.1", "without_cancel keeps the values, and neither end nor deadline nor cause") {
  const cancel_scope parent = weft::with_timeout(background(), 1h);
  const context detached = without_cancel(with_value<user>(parent, "gopher"));
  parent.cancel(std::make_error_code(std::errc::io_error));
  expect_open(detached);
  EXPECT_TRUE(detached.done() == nullptr);
  EXPECT_EQ(detached.deadline(), std::nullopt);
  EXPECT_EQ(*detached.value<user>(), "gopher");
}

WEFT_TEST("X6.2", "below without_cancel contexts end as below a root") {
  const cancel_scope parent = with_cancel(background());
  const cancel_scope child = with_cancel(without_cancel(parent));
  parent.cancel();
  expect_open(child);
  child.cancel();
  expect_ended(child, errc::cancelled);
  const cancel_scope late = weft::with_timeout(without_cancel(parent), 0s);
  expect_ended(late, errc::timed_out);
}

WEFT_TEST("X6.1", "without_cancel of a context that has ended is open") {
  const cancel_scope ended = weft::with_timeout(background(), 0s);
  expect_open(without_cancel(ended));
}

// A chain of values is freed in a loop, so its length is a matter of memory only.
WEFT_TEST_WITH("X5.4", "a hundred thousand values in one chain are found and freed", .seeds = 1) {
  context ctx = with_value<user>(background(), "first");
  for (int i = 0; i < scaled(100'000); ++i) ctx = with_value(std::move(ctx), header{"x"}, i);
  EXPECT_EQ(*ctx.value<user>(), "first");
  EXPECT_EQ(*ctx.value(header{"x"}), scaled(100'000) - 1);
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// Groups: what the first failure does.
#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <vector>

#include "contexts.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::background;
using weft::cancel_scope;
using weft::context;
using weft::errc;
using weft::group;
using weft::result;

const std::error_code disk = std::make_error_code(std::errc::io_error);
const std::error_code net = std::make_error_code(std::errc::host_unreachable);

WEFT_TEST("E1.7", "wait returns the first error code; later ones are dropped") {
  group g;
  const weft::chan<weft::unit> go_on;
  g.go([&]() -> result<void> {
    go_on.recv();
    return net;
  });
  g.go([&]() -> std::error_code { return disk; });
  g.context().done().recv();
  go_on.send({});
  const result<void> all = g.wait();
  EXPECT_FALSE(all);
  EXPECT_EQ(all.error(), disk);
  EXPECT_EQ(g.wait().error(), disk);  // and stays
}

// Go's TestZeroGroup: the first that fails, in any mixture with those that do not.
WEFT_TEST("E1.7", "whatever mixture succeeds and fails, the first failure is reported") {
  const std::vector<std::vector<std::error_code>> cases = {
      {}, {{}}, {disk}, {disk, {}}, {{}, disk}, {disk, net}, {{}, {}, net, {}, disk}};
  for (const auto& ends : cases) {
    group g;
    std::error_code first;
    for (const std::error_code& end : ends) {
      g.go([&] { return end; });
      settle();
      if (!first) first = end;
    }
    EXPECT_EQ(g.wait().error(), first);
  }
}

WEFT_TEST("E1.7", "an exception is thrown by wait, with its type; later failures are dropped") {
  group g;
  g.go([] { throw std::out_of_range("beyond"); });
  settle();
  g.go([] { throw 7; });
  g.go([]() -> std::error_code { return disk; });
  settle();
  try {
    static_cast<void>(g.wait());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::out_of_range& e) {
    EXPECT_STREQ(e.what(), "beyond");
  }
  EXPECT_THROW(static_cast<void>(g.wait_for(1h)), std::out_of_range);
}

WEFT_TEST("E1.8", "the first failure ends the group's context, and is its cause") {
  group g;
  g.go([](const context& ctx) -> result<void> {
    ctx.done().recv();
    return ctx.err();
  });
  g.go([]() { return disk; });
  EXPECT_EQ(g.wait().error(), disk);
  expect_ended(g.context(), errc::cancelled, disk);
}

WEFT_TEST("E1.8", "an exception is the cause of the context's end as well") {
  group g;
  g.go([] { throw std::runtime_error("no more"); });
  g.context().done().recv();
  EXPECT_EQ(g.context().cause().message(), "no more");
  EXPECT_THROW(static_cast<void>(g.wait()), std::runtime_error);
}

WEFT_TEST("E1.8", "when all succeed the context ends when wait returns, and not before") {
  const cancel_scope parent = weft::with_cancel(background());
  group g(parent);
  g.go([](const context& ctx) { EXPECT_FALSE(ctx.err()); });
  settle();
  expect_open(g.context());
  EXPECT_TRUE(g.wait());
  expect_ended(g.context(), errc::cancelled);
  expect_open(parent);
}

WEFT_TEST("E1.8", "the group's context ends with its parent, which is no failure unless somebody makes it one") {
  const cancel_scope parent = weft::with_cancel(background());
  group quiet(parent), loud(parent);
  quiet.go([](const context& ctx) { ctx.done().recv(); });
  loud.go([](const context& ctx) -> result<void> {
    ctx.done().recv();
    return ctx.err();
  });
  parent.cancel(net);
  EXPECT_TRUE(quiet.wait());
  EXPECT_EQ(loud.wait().error(), errc::cancelled);
  EXPECT_EQ(loud.context().cause().code(), net);
}

WEFT_TEST("E1.8", "waits under the group's context end with the first failure") {
  group g;
  for (int i = 0; i < 10; ++i) {
    g.go([](const context& ctx) { EXPECT_EQ(wait_under(ctx), errc::cancelled); });
  }
  g.go([] { return disk; });
  EXPECT_EQ(g.wait().error(), disk);
}

WEFT_TEST("E1.9", "a destructor that nobody waited before waits, and drops the failure") {
  std::optional<context> kept;
  {
    group g;
    kept = g.context();
    g.go([] { throw std::runtime_error("dropped"); });
    g.go([] { return disk; });
  }
  EXPECT_TRUE(kept->cause());
}

WEFT_TEST("E1.9", "a scope that is left by an exception cancels its group before it waits") {
  bool cancelled = false;
  try {
    group g;
    g.go([&](const context& ctx) {
      ctx.done().recv();
      cancelled = true;
    });
    throw std::runtime_error("out of here");
  } catch (const std::runtime_error&) {
    EXPECT_TRUE(cancelled);
  }
}

WEFT_TEST("E1.9", "so does one that is left by goexit") {
  std::atomic<bool> cancelled = false;
  weft::go([&] {
    group g;
    g.go([&](const context& ctx) {
      ctx.done().recv();
      cancelled = true;
    });
    weft::goexit();
  });
  settle();
  EXPECT_TRUE(cancelled);
}

WEFT_TEST("E1.10", "groups nest: a failure goes up as far as each group hands it on, and ends what is below") {
  group outer;
  std::atomic<int> ended = 0;
  outer.go([&](const context& ctx) -> result<void> {
    group inner(ctx);
    for (int i = 0; i < 3; ++i) {
      inner.go([&](const context& deep) {
        deep.done().recv();
        ++ended;
      });
    }
    return inner.wait();
  });
  outer.go([&](const context& ctx) -> result<void> {
    group inner(ctx);
    inner.go([&] { return disk; });
    return inner.wait();
  });
  EXPECT_EQ(outer.wait().error(), disk);
  EXPECT_EQ(ended, 3);
}

WEFT_TEST("E1.10", "a group within a group may fail without harm if nobody hands the failure on") {
  group outer;
  outer.go([&](const context& ctx) {
    group inner(ctx);
    inner.go([] { throw std::runtime_error("handled here"); });
    EXPECT_THROW(static_cast<void>(inner.wait()), std::runtime_error);
  });
  outer.go([](const context& ctx) { EXPECT_FALSE(ctx.err()); });
  EXPECT_TRUE(outer.wait());
}

WEFT_TEST_WITH("E1.7", "of many failures at once exactly one is first, for wait and as the cause", .seeds = 50) {
  for (int round = 0; round < scaled(50); ++round) {
    group g;
    for (int i = 1; i <= 8; ++i) g.go([i] { return std::error_code(i, std::generic_category()); });
    const std::error_code first = g.wait().error();
    EXPECT_TRUE(first);
    EXPECT_EQ(g.context().cause(), first);
  }
}

}  // namespace

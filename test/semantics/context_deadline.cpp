// SPDX-License-Identifier: Apache-2.0
//
// Contexts with a deadline.
#include <chrono>
#include <optional>
#include <vector>

#include "contexts.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::background;
using weft::cancel_scope;
using weft::clock;
using weft::context;
using weft::errc;
using weft::with_cancel;
using weft::with_deadline;
using weft::with_timeout;

WEFT_TEST_WITH("X3.1", "a context ends when its deadline has come, and not before", .seeds = 20) {
  const auto start = clock::now();
  const cancel_scope ctx = with_timeout(background(), 3ms);
  expect_open(ctx);
  EXPECT_EQ(ctx.done().recv(), std::nullopt);
  EXPECT_GE(clock::now() - start, 3ms);
  expect_ended(ctx, errc::timed_out);
}

WEFT_TEST_WITH("X3.1", "in virtual time a context ends exactly at its deadline", .on = sim_only, .seeds = 20) {
  const auto start = clock::now();
  const cancel_scope ctx = with_deadline(background(), start + 7ms);
  EXPECT_EQ(wait_under(ctx), errc::timed_out);
  EXPECT_EQ(clock::now(), start + 7ms);
}

WEFT_TEST_WITH("X3.1", "the deadline ends all that is below", .seeds = 20) {
  const cancel_scope top = with_timeout(background(), 1ms);
  const cancel_scope middle = with_cancel(top), bottom = with_timeout(middle, 1h);
  bottom.done().recv();
  expect_ended(top, errc::timed_out);
  expect_ended(middle, errc::timed_out);
  expect_ended(bottom, errc::timed_out);
}

WEFT_TEST("X3.2", "the earliest deadline up the tree stands, and deadline tells it") {
  const auto start = clock::now();
  const cancel_scope hour = with_deadline(background(), start + 1h);
  const cancel_scope plain = with_cancel(hour);
  const cancel_scope later = with_deadline(plain, start + 2h);
  const cancel_scope sooner = with_deadline(later, start + 30min);
  EXPECT_EQ(hour.deadline(), start + 1h);
  EXPECT_EQ(plain.deadline(), start + 1h);
  EXPECT_EQ(later.deadline(), start + 1h);
  EXPECT_EQ(sooner.deadline(), start + 30min);
}

WEFT_TEST_WITH("X3.2", "a child whose deadline is later ends with its parent's, and does not use its own cause",
               .seeds = 20) {
  const auto start = clock::now();
  const cancel_scope parent = with_deadline(background(), start + 1ms);
  const cancel_scope child = with_deadline(parent, start + 1h, std::make_error_code(std::errc::value_too_large));
  child.done().recv();
  EXPECT_LT(clock::now() - start, 1h);
  expect_ended(child, errc::timed_out);
}

WEFT_TEST_WITH("X3.2", "a child whose deadline is sooner leaves its parent open", .seeds = 20) {
  const cancel_scope parent = with_timeout(background(), 1h);
  const cancel_scope child = with_timeout(parent, 1ms);
  child.done().recv();
  expect_ended(child, errc::timed_out);
  expect_open(parent);
}

WEFT_TEST("X3.3", "a deadline that has passed: the context has ended when the call returns") {
  expect_ended(with_timeout(background(), 0s), errc::timed_out);
  expect_ended(with_timeout(background(), -1h), errc::timed_out);
  expect_ended(with_deadline(background(), clock::now()), errc::timed_out);
  expect_ended(with_deadline(background(), clock::time_point::min()), errc::timed_out);
  const cancel_scope parent = with_cancel(background());
  const cancel_scope child = with_timeout(parent, -1ns);
  expect_ended(child, errc::timed_out);
  expect_open(parent);
}

WEFT_TEST("X3.4", "a context that is cancelled before its deadline was cancelled, and leaves no timer behind") {
  std::optional<context> kept;
  for (int i = 0; i < 20; ++i) {
    const cancel_scope ctx = with_timeout(background(), 1h, std::make_error_code(std::errc::timed_out));
    if (i % 2 == 0) ctx.cancel();
    kept = ctx;
  }
  expect_ended(*kept, errc::cancelled);
}

WEFT_TEST_WITH("X3.4", "a parent that is cancelled takes the deadlines of its children back", .on = sim_only,
               .seeds = 20) {
  const auto start = clock::now();
  const cancel_scope parent = with_cancel(background());
  std::vector<cancel_scope> children;
  for (int i = 1; i <= 10; ++i) children.push_back(with_timeout(parent, i * 1s));
  weft::sleep_for(5500ms);
  parent.cancel();
  for (std::size_t i = 0; i < 10; ++i) {
    expect_ended(children[i], i < 5 ? errc::timed_out : errc::cancelled);
    EXPECT_EQ(children[i].deadline(), start + (i + 1) * 1s);
  }
}

WEFT_TEST("X3.5", "a deadline beyond the clock is none") {
  const cancel_scope far = with_timeout(background(), std::chrono::hours::max());
  EXPECT_EQ(far.deadline(), std::nullopt);
  const cancel_scope end = with_deadline(background(), clock::time_point::max());
  EXPECT_EQ(end.deadline(), std::nullopt);
  expect_open(far);
  const cancel_scope near = with_timeout(background(), 1h);
  const cancel_scope child = with_timeout(near, std::chrono::duration<double>(1e300));
  EXPECT_EQ(child.deadline(), near.deadline());
}

WEFT_PLAIN_TEST("X3.6", "a deadline of an earlier run ends its context between runs, in the next, or not at all") {
  std::optional<cancel_scope> next, between, never;
  weft::run([&] {
    between.emplace(with_timeout(background(), 1ms));
    next.emplace(with_timeout(background(), 3ms));
    never.emplace(with_timeout(background(), 1h));
  });
  EXPECT_EQ(wait_under(*between), errc::timed_out);
  weft::run([&] {
    next->done().recv();
    expect_ended(*next, errc::timed_out);
    never->cancel();
    expect_ended(*never, errc::cancelled);
  });
}

WEFT_TEST_WITH("X3.1", "many deadlines end their contexts in the order of their times", .on = sim_only, .seeds = 20) {
  const auto start = clock::now();
  std::vector<cancel_scope> all;
  weft::wait_group watched;
  for (int i = 0; i < 50; ++i) {
    const auto when = start + (i * 37 % 50) * 1ms;
    all.push_back(with_deadline(background(), when));
    watched.go([ctx = context(all.back()), when] {
      ctx.done().recv();
      EXPECT_EQ(weft::clock::now(), when);
    });
  }
  watched.wait();
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// Contexts and std::stop_token.
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

#include "contexts.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::background;
using weft::cancel_scope;
using weft::context;
using weft::errc;
using weft::with_cancel;
using weft::with_stop_token;

WEFT_TEST("X9.1", "a context made from a stop token has ended when request_stop has returned") {
  std::stop_source source;
  const weft::stop_token_scope ctx = with_stop_token(background(), source.get_token());
  const cancel_scope child = with_cancel(ctx);
  expect_open(ctx);
  EXPECT_TRUE(source.request_stop());
  expect_ended(ctx, errc::cancelled);
  expect_ended(child, errc::cancelled);
}

WEFT_TEST("X9.1", "if a stop was requested before, the context has ended when it is made") {
  std::stop_source source;
  source.request_stop();
  expect_ended(with_stop_token(background(), source.get_token()), errc::cancelled);
}

WEFT_TEST("X9.1", "a token that cannot be asked leaves the context to its parent and to its scope") {
  const cancel_scope parent = with_cancel(background());
  const weft::stop_token_scope ctx = with_stop_token(parent, std::stop_token());
  expect_open(ctx);
  parent.cancel();
  expect_ended(ctx, errc::cancelled);
}

WEFT_TEST("X9.1", "the context lets go of the token with its scope, and cancelling it requests nothing") {
  std::stop_source source;
  std::optional<context> kept;
  {
    weft::stop_token_scope ctx = with_stop_token(background(), source.get_token());
    weft::stop_token_scope moved = std::move(ctx);
    kept = moved;
    expect_open(*kept);
    moved.cancel();
  }
  EXPECT_FALSE(source.stop_requested());
  EXPECT_TRUE(source.request_stop());
  expect_ended(*kept, errc::cancelled);
}

WEFT_PLAIN_TEST("X9.1", "a jthread's token calls off what the thread waits for") {
  std::jthread waiting([](std::stop_token stop) {
    const weft::stop_token_scope ctx = with_stop_token(background(), stop);
    EXPECT_EQ(wait_under(ctx), errc::cancelled);
  });
  waiting.request_stop();
  waiting.join();
}

// std::stop_callback tells threads apart by their ids, and under sim there is but one: a race, as ThreadSanitizer sees it.
WEFT_TEST_WITH("X9.2", "a stop scope requests a stop when the context has ended, on a goroutine of its own",
               .on = under_thread_sanitizer ? sched_only : both) {
  const cancel_scope ctx = with_cancel(background());
  const weft::stop_scope stop(ctx);
  const std::stop_token token = stop.get_token();
  const weft::chan<weft::unit> seen;
  const std::stop_callback blocks(token, [&] {
    EXPECT_TRUE(ctx.err());
    seen.send({});  // holds up nobody but the goroutine
  });
  EXPECT_TRUE(token.stop_possible());
  settle();
  EXPECT_FALSE(token.stop_requested());
  ctx.cancel();
  seen.recv();
  EXPECT_TRUE(token.stop_requested());
}

// A stop_callback that goes while it is being called knows by the thread whether it would wait for itself.
WEFT_TEST("X9.3", "a callback of a stop scope's token may block, and take itself out afterwards") {
  for (int i = 0; i < scaled(50); ++i) {
    const cancel_scope ctx = with_cancel(background());
    const weft::stop_scope stop(ctx);
    const weft::chan<weft::unit> begun, go_on, gone;
    std::optional<std::stop_callback<std::function<void()>>> takes_itself_out;
    takes_itself_out.emplace(stop.get_token(), [&] {
      auto& mine = takes_itself_out;
      const auto done = gone;
      begun.send({});
      go_on.recv();
      mine.reset();
      done.send({});
    });
    ctx.cancel();
    begun.recv();
    weft::wait_group others;
    for (int k = 0; k < 4; ++k) others.go([] { weft::yield(); });
    go_on.send({});
    gone.recv();
    others.wait();
  }
}

WEFT_TEST("X9.2", "a stop scope of a context that has ended requests the stop at once; one that is gone does not") {
  const cancel_scope ended = with_cancel(background());
  ended.cancel();
  const weft::stop_scope stop(ended);
  while (!stop.get_token().stop_requested()) weft::yield();

  const cancel_scope open = with_cancel(background());
  std::stop_token token;
  { token = weft::stop_scope(open).get_token(); }
  open.cancel();
  settle();
  EXPECT_FALSE(token.stop_requested());
}

WEFT_TEST_WITH("X9.1", "a request that comes while the scope ends harms nobody", .on = sched_only) {
  if (under_thread_sanitizer) return;  // libstdc++ looks at the requesting thread without its lock
  for (int i = 0; i < scaled(500); ++i) {
    std::stop_source source;
    auto ctx = std::make_unique<weft::stop_token_scope>(with_stop_token(background(), source.get_token()));
    const context kept = *ctx;
    weft::task<void> asking = weft::spawn([&] { source.request_stop(); });
    if (i % 3 == 0) weft::yield();
    ctx.reset();
    expect_ended(kept, errc::cancelled);
    asking.join();
  }
}

}  // namespace

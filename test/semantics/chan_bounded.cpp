// SPDX-License-Identifier: Apache-2.0
//
// Sends and receives that may give up: what they return, and that nothing is left of those that have given up.
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "limits.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::chan;
using weft::clock;
using weft::errc;

WEFT_TEST("C16.1", "a send and a receive that may give up do what the plain ones do, if they can") {
  for (const style how : all_styles) {
    for (const bound kind : all_bounds) {
      const chan<int> c(1);
      const limiter far(kind, 1h);
      EXPECT_TRUE(send(how, far, c, 7)) << name(how) << name(kind);
      EXPECT_EQ(recv(how, far, c).value(), 7) << name(how) << name(kind);
      c.send(8);
      c.close();
      EXPECT_EQ(recv(how, far, c).value(), 8) << name(how) << name(kind);
      const auto end = recv(how, far, c);
      ASSERT_TRUE(end) << name(how) << name(kind);
      EXPECT_EQ(*end, std::nullopt) << "the end is no failure: " << name(how) << name(kind);
    }
  }
}

WEFT_TEST_WITH("C16.1", "a bounded receive that waits is completed by a send, and by close", .seeds = 50) {
  for (const style how : all_styles) {
    for (const bound kind : all_bounds) {
      const chan<int> c;
      const limiter far(kind, 1h);
      weft::task<void> receiver = weft::spawn([=] {
        EXPECT_EQ(recv(how, far, c).value(), 1) << name(how) << name(kind);
        EXPECT_EQ(recv(how, far, c).value(), std::nullopt) << name(how) << name(kind);
      });
      settle();
      c.send(1);
      settle();
      c.close();
      receiver.join();
    }
  }
}

WEFT_TEST("C16.1", "a bounded send that waits is completed by a receive, and by room") {
  for (const style how : all_styles) {
    for (const int room : {0, 1}) {
      const chan<int> c(room);
      if (room == 1) c.send(0);
      weft::task<void> sender =
          weft::spawn([=] { EXPECT_TRUE(send(how, weft::detail::within(10s), c, 1)) << name(how); });
      settle();
      for (int i = 1 - room; i <= 1; ++i) EXPECT_EQ(c.recv(), i) << name(how);
      sender.join();
    }
  }
}

WEFT_TEST("C16.2", "a wait that gives up says whether the time has come or it was cancelled") {
  for (const style how : all_styles) {
    for (const bound kind : all_bounds) {
      const chan<int> c;
      const limiter soon(kind, 1ms);
      const auto received = recv(how, soon, c);
      EXPECT_EQ(received.error(), soon.reason()) << name(how) << name(kind);
      const limiter later(kind, 1ms);
      EXPECT_EQ(send(how, later, c, 1).error(), later.reason()) << name(how) << name(kind);
    }
  }
}

WEFT_TEST("C16.2", "_for and _until are the same with a duration and with a moment") {
  const chan<int> c(1);
  const weft::sender<int> in = c;
  const weft::receiver<int> out = c;
  EXPECT_EQ(out.recv_for(1ms).error(), errc::timed_out);
  EXPECT_EQ(out.recv_until(clock::now() + 1ms).error(), errc::timed_out);
  EXPECT_TRUE(in.send_for(1ms, 1));
  EXPECT_EQ(in.send_for(1ms, 2).error(), errc::timed_out);
  EXPECT_EQ(in.send_until(clock::now() + 1ms, 3).error(), errc::timed_out);
  EXPECT_EQ(out.recv_for(std::chrono::hours::max()).value(), 1);
  EXPECT_TRUE(in.send_until(clock::time_point::max(), 4));
  EXPECT_EQ(out.recv_until(clock::time_point()).value(), 4);
}

WEFT_TEST("C16.2", "whatever converts to a limit, as a context does, limits sends, receives, selects and sleeps") {
  struct like_a_context {
    canceller by;
    operator wait_limit() noexcept { return {.by = &by}; }
  } ctx;
  const chan<int> c(1);
  EXPECT_TRUE(c.send(ctx, 1));
  EXPECT_EQ(c.recv(ctx).value(), 1);
  EXPECT_EQ(weft::select(ctx, weft::on_send(c, 2), weft::on_recv(chan<int>())).value(), 0u);
  weft::selector s;
  s.on_recv(c);
  EXPECT_EQ(s.wait(ctx).value(), 0u);
  EXPECT_TRUE(weft::sleep_for(ctx, 1us));
  ctx.by.cancel(errc::timed_out);
  EXPECT_EQ(c.send(ctx, 1).error(), errc::timed_out);
  EXPECT_EQ(c.recv(ctx).error(), errc::timed_out);
  EXPECT_EQ(weft::select(ctx, weft::on_send(c, 2), weft::on_recv(chan<int>())).error(), errc::timed_out);
  EXPECT_EQ(s.wait(ctx).error(), errc::timed_out);
  EXPECT_EQ(weft::sleep_for(ctx, 1us).error(), errc::timed_out);
}

WEFT_TEST("C16.2", "nobody gives up before the time has come") {
  for (const style how : all_styles) {
    const chan<int> c;
    const clock::time_point start = clock::now();
    EXPECT_FALSE(recv(how, weft::detail::within(3ms), c)) << name(how);
    EXPECT_GE(clock::now() - start, 3ms) << name(how);
    EXPECT_FALSE(send(how, weft::detail::within(3ms), c, 1)) << name(how);
    EXPECT_GE(clock::now() - start, 6ms) << name(how);
  }
}

WEFT_TEST_WITH("C16.2", "in virtual time one gives up exactly when the time has come", .on = sim_only) {
  for (const style how : all_styles) {
    const chan<int> c;
    const clock::time_point start = clock::now();
    EXPECT_FALSE(recv(how, weft::detail::within(1h), c)) << name(how);
    EXPECT_FALSE(send(how, weft::detail::within(1h), c, 1)) << name(how);
    EXPECT_EQ(clock::now() - start, 2h) << name(how);
  }
}

WEFT_TEST("C16.3", "a deadline that has passed: the operation is tried once") {
  for (const style how : all_styles) {
    const chan<int> c(1);
    EXPECT_EQ(recv(how, weft::detail::within(0s), c).error(), errc::timed_out) << name(how);
    EXPECT_TRUE(send(how, weft::detail::within(-1s), c, 1)) << name(how);
    EXPECT_EQ(send(how, weft::detail::until(clock::time_point()), c, 2).error(), errc::timed_out) << name(how);
    EXPECT_EQ(recv(how, weft::detail::within(0s), c).value(), 1) << name(how);
  }
}

WEFT_TEST("C16.3", "a context that is cancelled already wins over an operation that could go on") {
  for (const style how : all_styles) {
    const chan<int> c(1);
    const limiter gone(bound::cancel, 0s);
    EXPECT_EQ(send(how, gone, c, 1).error(), errc::cancelled) << name(how);
    EXPECT_EQ(c.len(), 0u) << name(how);
    c.send(2);
    EXPECT_EQ(recv(how, gone, c).error(), errc::cancelled) << name(how);
    EXPECT_EQ(c.recv(), 2) << name(how);
    c.close();
    EXPECT_EQ(recv(how, gone, c).error(), errc::cancelled) << "also over the end: " << name(how);
  }
}

WEFT_TEST("C16.4", "what has given up takes no part in anything later") {
  for (const style how : all_styles) {
    for (const bound kind : all_bounds) {
      const chan<int> c;
      const limiter soon(kind, 1ms);
      EXPECT_FALSE(recv(how, soon, c)) << name(how) << name(kind);
      EXPECT_FALSE(c.try_send(1)) << "nobody waits any more: " << name(how) << name(kind);
      const limiter later(kind, 1ms);
      EXPECT_FALSE(send(how, later, c, 2)) << name(how) << name(kind);
      EXPECT_TRUE(c.try_recv().empty()) << name(how) << name(kind);
      c.close();
    }
  }
}

WEFT_TEST("C16.4", "who gives up in the middle of a queue leaves those before and behind in their places") {
  for (const style how : all_styles) {
    const chan<int> c;
    std::vector<int> order;
    weft::mutex ordering;
    weft::wait_group all;
    const auto waits = [&](int place) {
      all.go([&, place] {
        const std::optional<int> v = c.recv();
        const std::scoped_lock hold(ordering);
        order.push_back(place * 10 + v.value());
      });
      settle();
    };
    waits(1);
    auto by = std::make_shared<canceller>();
    weft::task<void> middle = weft::spawn([=] { EXPECT_FALSE(recv(how, wait_limit{.by = by.get()}, c)) << name(how); });
    settle();
    waits(2);
    by->cancel(errc::cancelled);
    middle.join();
    c.send(1);
    settle();
    c.send(2);
    all.wait();
    EXPECT_EQ(order, (std::vector<int>{11, 22})) << name(how);
  }
}

WEFT_TEST("C16.5", "a value whose send is given up is dropped with the call's copy, and one that is sent is gone") {
  for (const bound kind : all_bounds) {
    const chan<std::shared_ptr<int>> c(1);
    const auto value = std::make_shared<int>(1);
    EXPECT_TRUE(c.send(limiter(kind, 1h), value));
    EXPECT_EQ(value.use_count(), 2);
    EXPECT_FALSE(c.send(limiter(kind, 1ms), value));
    EXPECT_EQ(value.use_count(), 2) << name(kind);
    static_cast<void>(c.recv());
    EXPECT_EQ(value.use_count(), 1) << name(kind);
  }
}

WEFT_TEST("C16.5", "values that can only be moved may be sent and received with a limit") {
  const chan<std::unique_ptr<int>> c(1);
  EXPECT_TRUE(c.send_for(1s, std::make_unique<int>(3)));
  EXPECT_FALSE(c.send_for(1ms, std::make_unique<int>(4)));
  weft::result<std::optional<std::unique_ptr<int>>> received = c.recv_for(1s);
  ASSERT_TRUE(received);
  EXPECT_EQ(***received, 3);
}

WEFT_TEST("C16.6", "on a null channel a bounded operation waits for its limit") {
  const chan<int> nil(nullptr);
  for (const style how : all_styles) {
    for (const bound kind : all_bounds) {
      const limiter soon(kind, 1ms);
      EXPECT_EQ(recv(how, soon, nil).error(), soon.reason()) << name(how) << name(kind);
      const limiter later(kind, 1ms);
      EXPECT_EQ(send(how, later, nil, 1).error(), later.reason()) << name(how) << name(kind);
      EXPECT_EQ(recv(how, limiter(kind, 0s), nil).error(), later.reason()) << name(how) << name(kind);
    }
  }
}

WEFT_TEST_WITH("C16.6", "without bounds it waits for ever", .drain = false) {
  EXPECT_TRUE(pending([] { static_cast<void>(chan<int>(nullptr).recv(wait_limit{})); }).waits());
  EXPECT_TRUE(pending([] { static_cast<void>(chan<int>().recv(wait_limit{})); }).waits());
  EXPECT_TRUE(pending([] { static_cast<void>(chan<int>().send_for(std::chrono::hours::max(), 1)); }).waits());
  EXPECT_TRUE(pending([] { static_cast<void>(weft::select(wait_limit{})); }).waits());
}

}  // namespace

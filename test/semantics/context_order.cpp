// SPDX-License-Identifier: Apache-2.0
//
// What can be seen of a context's end, by whom and when: races of those who cancel, watch, wait and let go.
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
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

const std::error_code why = std::make_error_code(std::errc::io_error);

// Go's TestContextErrDoneRace, for each way to learn of an end against each other.
WEFT_TEST_WITH("X8.1", "whoever sees err sees done closed, the cause, and waits called off", .seeds = 50) {
  for (int round = 0; round < scaled(300); ++round) {
    const cancel_scope ctx = with_cancel(background());
    const auto done = ctx.done();
    weft::task<void> watching = weft::spawn([&] {
      while (!ctx.err()) weft::yield();
      EXPECT_TRUE(done.try_recv().closed());
      EXPECT_EQ(ctx.cause(), why);
      EXPECT_TRUE(weft::detail::wait_limit(ctx).called_off());
    });
    ctx.cancel(why);
    watching.join();
  }
}

WEFT_TEST_WITH("X8.1", "whoever sees done closed sees err, the cause, and waits called off", .seeds = 50) {
  for (int round = 0; round < scaled(300); ++round) {
    const cancel_scope ctx = with_cancel(background());
    const auto done = ctx.done();
    const auto check = [&] {
      EXPECT_TRUE(weft::detail::wait_limit(ctx).called_off());
      EXPECT_EQ(ctx.err(), errc::cancelled);
      EXPECT_EQ(ctx.cause(), why);
    };
    weft::task<void> polling = weft::spawn([&] {
      while (done.try_recv().empty()) weft::yield();
      check();
    });
    weft::task<void> waiting = weft::spawn([&] {
      done.recv();
      check();
    });
    if (round % 2 == 0) weft::yield();
    ctx.cancel(why);
    polling.join();
    waiting.join();
  }
}

WEFT_TEST_WITH("X8.1", "whose wait was called off sees done closed, err and the cause", .seeds = 50) {
  for (int round = 0; round < scaled(300); ++round) {
    const cancel_scope ctx = with_cancel(background());
    const auto done = ctx.done();
    weft::task<void> waiting = weft::spawn([&] {
      EXPECT_EQ(wait_under(ctx), errc::cancelled);
      EXPECT_TRUE(done.try_recv().closed());
      EXPECT_EQ(ctx.err(), errc::cancelled);
      EXPECT_EQ(ctx.cause(), why);
    });
    if (round % 2 == 0) weft::yield();
    ctx.cancel(why);
    waiting.join();
  }
}

WEFT_TEST_WITH("X8.2", "done may be asked for first at any moment around the end", .seeds = 50) {
  for (int round = 0; round < scaled(300); ++round) {
    const cancel_scope ctx = with_cancel(background());
    std::vector<weft::task<void>> asking;
    for (int i = 0; i < 3; ++i) {
      asking.push_back(weft::spawn([&] {
        const auto done = ctx.done();
        EXPECT_TRUE(done == ctx.done());
        done.recv();
        EXPECT_TRUE(ctx.err());
      }));
    }
    ctx.cancel();
    EXPECT_TRUE(is_done(ctx));
    for (auto& each : asking) each.join();
  }
}

WEFT_TEST_WITH("X8.3", "a parent's end is seen before its children's", .seeds = 50) {
  for (int round = 0; round < scaled(200); ++round) {
    const cancel_scope top = with_cancel(background());
    const cancel_scope middle = with_cancel(top);
    const cancel_scope bottom = with_cancel(middle);
    weft::task<void> watching = weft::spawn([&] {
      while (!bottom.err()) weft::yield();
      EXPECT_TRUE(middle.err());
      EXPECT_TRUE(top.err());
    });
    top.cancel();
    EXPECT_TRUE(bottom.err());
    watching.join();
  }
}

WEFT_TEST_WITH("X8.4", "children may be made, cancelled and dropped while their parent ends", .seeds = 50) {
  for (int round = 0; round < scaled(100); ++round) {
    const cancel_scope top = with_cancel(background());
    std::vector<weft::task<void>> all;
    for (int i = 0; i < 6; ++i) {
      all.push_back(weft::spawn([&, i] {
        const cancel_scope child = i % 3 == 0 ? weft::with_timeout(top, 1h) : with_cancel(top);
        if (i % 2 == 0) weft::yield();
        if (i % 3 == 1) child.cancel(why);
        if (i % 3 == 2) return;
        child.done().recv();
        EXPECT_TRUE(child.err());
      }));
    }
    if (round % 2 == 0) weft::yield();
    top.cancel();
    for (auto& each : all) each.join();
  }
}

WEFT_TEST_WITH("X8.4", "a deadline, a cancel, a parent's end and the last handle may all come at once", .seeds = 50) {
  for (int round = 0; round < scaled(100); ++round) {
    std::optional<cancel_scope> parent = with_cancel(background());
    auto child = std::make_shared<cancel_scope>(weft::with_timeout(*parent, 50us));
    context watched = *child;
    weft::task<void> one = weft::spawn([child]() mutable {
      weft::sleep_for(50us);
      child->cancel();
      child.reset();
    });
    weft::task<void> two = weft::spawn([&] {
      weft::sleep_for(50us);
      parent.reset();
    });
    child.reset();
    EXPECT_TRUE(wait_under(watched));
    one.join();
    two.join();
    expect_ended(watched, watched.err(), watched.cause());
  }
}

// Whoever ends the context has more to do when it has woken the one whose scope it is: calls to start, others to wake.
WEFT_TEST_WITH("X8.4", "the first that an end wakes may end the scope, and free what it can", .seeds = 50) {
  for (int round = 0; round < scaled(300); ++round) {
    std::atomic<int> calls{0};
    std::optional<cancel_scope> ctx = round % 2 == 0 ? with_cancel(background()) : weft::with_timeout(background(), 1h);
    weft::wait_group all;
    all.add(20);
    for (int i = 0; i < 20; ++i) {
      weft::after_func(*ctx, [&] {
        ++calls;
        all.done();
      }).detach();
    }
    weft::go([&scope = *ctx] { scope.cancel(why); });
    EXPECT_EQ(wait_under(*ctx), errc::cancelled);
    ctx.reset();
    all.wait();
    EXPECT_EQ(calls, 20);
  }
}

// The window in which somebody else has just begun to end the context.
WEFT_TEST_WITH("X2.2", "when cancel has returned the context has ended, whoever was first", .on = sched_only) {
  for (int round = 0; round < scaled(300); ++round) {
    const cancel_scope ctx = with_cancel(background());
    weft::wait_group all;
    for (int i = 0; i < 4; ++i) {
      all.go([&] {
        ctx.cancel();
        expect_ended(ctx, errc::cancelled);
      });
    }
    all.wait();
  }
}

WEFT_TEST_WITH("X10.3", "waits under one context come and go while it ends: each ends by its own deadline or with it",
               .seeds = 50) {
  for (int round = 0; round < scaled(50); ++round) {
    const cancel_scope ctx = with_cancel(background());
    weft::wait_group all;
    for (int i = 0; i < 8; ++i) {
      all.go([&, i] {
        const cancel_scope mine = weft::with_timeout(ctx, i * 10us);
        const std::error_code end = wait_under(mine);
        EXPECT_TRUE(end == errc::timed_out || end == errc::cancelled);
        EXPECT_EQ(mine.err(), end);
      });
    }
    weft::sleep_for(40us);
    ctx.cancel();
    all.wait();
  }
}

}  // namespace

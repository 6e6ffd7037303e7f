// SPDX-License-Identifier: Apache-2.0
//
// Contexts that a signal ends.
#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

#include "styles.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::background;
using weft::chan;
using weft::errc;
namespace signals = weft::signals;

/// SIGUSR1 would end the program where no context is told of it.
struct kept {
  chan<int> c{16};
  kept() { signals::notify(c, {SIGUSR1}); }
  ~kept() { signals::stop(c); }
};

WEFT_TEST("K3.10", "a context of notify_context ends when the signal comes, and its cause says which") {
  const auto ctx = signals::notify_context(background(), {SIGUSR1, SIGINT});
  EXPECT_FALSE(ctx.err());
  std::raise(SIGINT);
  EXPECT_FALSE(ctx.done().recv());
  EXPECT_EQ(ctx.err(), errc::cancelled);
  EXPECT_EQ(ctx.cause().message(), "interrupt signal received");
}

WEFT_TEST("K3.10", "causes name signals as Go does") {
  const std::pair<int, const char*> names[] = {{SIGTERM, "terminated signal received"},
                                               {SIGHUP, "hangup signal received"},
                                               {SIGUSR1, "user defined signal 1 signal received"},
                                               {SIGXCPU, "CPU time limit exceeded signal received"},
                                               {SIGIO, "I/O possible signal received"}};
  for (const auto& [number, text] : names) {
    const auto ctx = signals::notify_context(background(), {number});
    std::raise(number);
    ctx.done().recv();
    EXPECT_EQ(ctx.cause().message(), text);
  }
}

WEFT_TEST("K3.10", "a wait under the context is called off by the signal") {
  weft::wait_group never;
  never.add(1);
  const auto ctx = signals::notify_context(background(), {SIGUSR1});
  weft::task<void> waits = weft::spawn([&] { EXPECT_EQ(never.wait(ctx).error(), errc::cancelled); });
  weft::yield();
  std::raise(SIGUSR1);
  waits.join();
  never.done();
}

WEFT_TEST("K3.10", "the context ends with its parent, whatever signals do, and a parent that has ended makes none") {
  auto parent = weft::with_cancel(background());
  const auto child = signals::notify_context(parent, {SIGUSR1});
  parent.cancel();
  child.done().recv();
  EXPECT_EQ(child.err(), errc::cancelled);
  const auto late = signals::notify_context(parent, {SIGUSR1});
  EXPECT_EQ(late.err(), errc::cancelled);
  EXPECT_FALSE(parent.cause().message().find("signal") != std::string::npos);
}

WEFT_TEST("K3.11", "stop ends the context and gives the signals back, once") {
  const kept others;
  auto ctx = signals::notify_context(background(), {SIGUSR1});
  ctx.stop();
  ctx.stop();
  EXPECT_EQ(ctx.err(), errc::cancelled);
  EXPECT_EQ(ctx.cause().message(), weft::failure(errc::cancelled).message());
  std::raise(SIGUSR1);
  EXPECT_EQ(others.c.recv(), SIGUSR1);
}

WEFT_TEST("K3.11", "the end of the scope is a stop, and copies of the context live on") {
  const kept others;
  std::optional<weft::context> copy;
  {
    const auto ctx = signals::notify_context(background(), {SIGUSR1});
    copy = ctx;
    EXPECT_FALSE(copy->err());
  }
  EXPECT_EQ(copy->err(), errc::cancelled);
}

WEFT_TEST("K3.11", "a scope can be moved, and what it moves over is stopped") {
  const kept others;
  auto first = signals::notify_context(background(), {SIGUSR1});
  auto second = std::move(first);
  EXPECT_FALSE(second.err());
  const weft::context before = second;
  second = signals::notify_context(background(), {SIGUSR1});
  EXPECT_EQ(before.err(), errc::cancelled);
  std::raise(SIGUSR1);
  second.done().recv();
  EXPECT_EQ(second.cause().message(), "user defined signal 1 signal received");
  EXPECT_EQ(others.c.recv(), SIGUSR1);
}

WEFT_TEST("K3.11", "the signals stay caught when the context has ended by one, until stop") {
  auto ctx = signals::notify_context(background(), {SIGUSR1});
  std::raise(SIGUSR1);
  ctx.done().recv();
  std::raise(SIGUSR1);  // it would end the program
  ctx.stop();
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// Children: how they end, and who is told.
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "scratch.hpp"
#include "streams.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
namespace io = weft::io;
using io::stdio;
using weft::errc;
using weft::spawn;
using weft::task;

io::command shell(const std::string& script) { return {.arguments = {"sh", "-c", script}}; }

/// A child that lives until its input ends, or something ends it.
io::process patient_child() {
  auto p = io::start({.arguments = {"cat"}, .input = stdio::pipe(), .output = stdio::null()});
  EXPECT_TRUE(p) << p.error();
  return *std::move(p);
}

void expect_no_children() {
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

WEFT_TEST_WITH("PS2.1", "an exit status and a signal are told apart", .seeds = 3) {
  const io::exit_status good = *io::start({.arguments = {"true"}})->wait();
  EXPECT_TRUE(good.success());
  EXPECT_EQ(good.code(), 0);
  EXPECT_EQ(good.description(), "exit status 0");
  const io::exit_status bad = *io::start(shell("exit 7"))->wait();
  EXPECT_FALSE(bad.success());
  EXPECT_EQ(bad.code(), 7);
  EXPECT_EQ(bad.signal(), std::nullopt);
  EXPECT_EQ(bad.description(), "exit status 7");
  const io::exit_status killed = *io::start(shell("kill -TERM $$"))->wait();
  EXPECT_FALSE(killed.success());
  EXPECT_EQ(killed.code(), std::nullopt);
  EXPECT_EQ(killed.signal(), SIGTERM);
  EXPECT_EQ(killed.description(), "signal: Terminated");
  EXPECT_FALSE(bad == killed);
  expect_no_children();
}

WEFT_TEST_WITH("PS2.2", "any number may wait, at any time, and all are told the same", .seeds = 3) {
  io::process p = patient_child();
  std::vector<task<void>> waiting;
  for (int i = 0; i < 4; ++i) waiting.push_back(spawn([&] { EXPECT_TRUE(p.wait()->success()); }));
  EXPECT_TRUE(p.input().close());
  for (auto& each : waiting) each.join();
  EXPECT_TRUE(p.wait()->success());
}

WEFT_TEST_WITH("PS2.3", "a wait that gives up leaves the child alone", .seeds = 3) {
  io::process p = patient_child();
  EXPECT_EQ(p.wait_for(2ms).error(), errc::timed_out);
  EXPECT_EQ(p.wait_until(weft::clock::now()).error(), errc::timed_out);
  {
    auto ctx = weft::with_cancel(weft::background());
    ctx.cancel();
    EXPECT_EQ(p.wait(ctx).error(), errc::cancelled);
  }
  EXPECT_TRUE(p.input().close());
  EXPECT_TRUE(p.wait()->success());
}

WEFT_TEST_WITH("PS2.4", "a child that nobody waits for is collected, too", .seeds = 3) {
  {
    auto p = io::start({.arguments = {"true"}});
    weft::go([p = std::make_shared<io::process>(*std::move(p))] { EXPECT_TRUE(p->wait()); });
  }
  { const io::process dropped = patient_child(); }
  io::process last = patient_child();
  last = patient_child();
  EXPECT_TRUE(last.kill());
  EXPECT_EQ(last.wait()->signal(), SIGKILL);
}

WEFT_TEST_WITH("PS3.1", "kill ends a child, or sends it another signal", .seeds = 3) {
  io::process p = patient_child();
  EXPECT_TRUE(p.kill());
  EXPECT_EQ(p.wait()->signal(), SIGKILL);
  io::process q = patient_child();
  EXPECT_EQ(q.kill(1000).error(), std::errc::invalid_argument);
  EXPECT_TRUE(q.kill(SIGTERM));
  EXPECT_EQ(q.wait()->signal(), SIGTERM);
}

WEFT_TEST_WITH("PS3.2", "after its end nothing is sent to a child", .seeds = 3) {
  auto p = io::start({.arguments = {"true"}});
  EXPECT_TRUE(p->wait()->success());
  EXPECT_EQ(p->kill().error(), std::errc::no_such_process);
  EXPECT_GT(p->id(), 0);
}

WEFT_TEST_WITH("PS4.1", "a context ends its child when it ends", .seeds = 3) {
  auto ctx = weft::with_cancel(weft::background());
  auto p = io::start(ctx, {.arguments = {"cat"}, .input = stdio::pipe(), .output = stdio::null()});
  ASSERT_TRUE(p);
  task<void> waiting = spawn([&] { EXPECT_EQ(p->wait()->signal(), SIGKILL); });
  ctx.cancel();
  waiting.join();
  expect_no_children();
}

WEFT_TEST_WITH("PS4.1", "a context with a deadline ends its child then", .seeds = 3) {
  auto ctx = weft::with_timeout(weft::background(), 5ms);
  auto p = io::start(ctx, {.arguments = {"sleep", "600"}});
  if (!p) {
    EXPECT_EQ(p.error(), errc::timed_out);
  } else {
    EXPECT_EQ(p->wait()->signal(), SIGKILL);
  }
}

WEFT_TEST_WITH("PS4.2", "a context that has ended starts nothing, and one that does not end changes nothing",
               .seeds = 3) {
  {
    auto ctx = weft::with_cancel(weft::background());
    ctx.cancel();
    EXPECT_EQ(io::start(ctx, {.arguments = {"true"}}).error(), errc::cancelled);
  }
  auto ctx = weft::with_cancel(weft::background());
  auto p = io::start(ctx, {.arguments = {"true"}});
  EXPECT_TRUE(p->wait()->success());
  ctx.cancel();
  expect_no_children();
}

WEFT_TEST_WITH("PS5.1", "many children at once, none left behind", .seeds = 2) {
  const int count = 20;
  weft::wait_group all;
  std::atomic<int> right{0};
  for (int i = 0; i < count; ++i) {
    all.go([&, i] {
      io::command what = shell("read n; echo $((n * 2)); exit " + std::to_string(i));
      what.input = stdio::pipe();
      what.output = stdio::pipe();
      auto p = io::start(what);
      ASSERT_TRUE(p) << p.error();
      EXPECT_TRUE(io::write(p->input(), std::to_string(i) + "\n"));
      const std::string answer = *io::read_all(p->output());
      right += p->wait()->code() == i && answer == std::to_string(2 * i) + "\n";
    });
  }
  all.wait();
  EXPECT_EQ(right, count);
  expect_no_children();
}

WEFT_TEST_WITH("PS5.2", "a foreign thread starts a child and waits for it", .on = sched_only) {
  std::thread outside([] {
    auto p = io::start(shell("exit 3"));
    ASSERT_TRUE(p);
    EXPECT_EQ(p->wait()->code(), 3);
  });
  weft::blocking([&] { outside.join(); });
}

}  // namespace

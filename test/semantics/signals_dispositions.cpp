// SPDX-License-Identifier: Apache-2.0
//
// What a signal does when no channel is told of it.
#include <atomic>
#include <csignal>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;
namespace signals = weft::signals;

std::atomic<int> handled{0};
void count(int) { ++handled; }

/// SIGUSR2 is the test's own.
struct own_handler {
  own_handler() {
    handled = 0;
    std::signal(SIGUSR2, count);
  }
  ~own_handler() { std::signal(SIGUSR2, SIG_DFL); }
};

WEFT_TEST("K3.5", "while a channel is notified a handler of the program is not called, and after stop it is") {
  const own_handler own;
  const chan<int> c(1);
  signals::notify(c, {SIGUSR2});
  std::raise(SIGUSR2);
  EXPECT_EQ(c.recv(), SIGUSR2);
  EXPECT_EQ(handled, 0);
  signals::stop(c);
  std::raise(SIGUSR2);
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(c.len(), 0u);
}

WEFT_TEST("K3.5", "the last of several channels to stop gives the signal back") {
  const own_handler own;
  const chan<int> first(2), second(2);
  signals::notify(first, {SIGUSR2});
  signals::notify(second, {SIGUSR2});
  signals::stop(first);
  std::raise(SIGUSR2);
  EXPECT_EQ(second.recv(), SIGUSR2);
  EXPECT_EQ(handled, 0);
  signals::stop(second);
  std::raise(SIGUSR2);
  EXPECT_EQ(handled, 1);
}

WEFT_TEST("K3.6", "an ignored signal does nothing, and is no longer sent to anybody") {
  const own_handler own;
  const chan<int> c(2);
  signals::notify(c, {SIGUSR2, SIGUSR1});
  EXPECT_FALSE(signals::ignored(SIGUSR2));
  signals::ignore({SIGUSR2});
  EXPECT_TRUE(signals::ignored(SIGUSR2));
  EXPECT_FALSE(signals::ignored(SIGUSR1));
  std::raise(SIGUSR2);
  std::raise(SIGUSR1);
  EXPECT_EQ(c.recv(), SIGUSR1);
  signals::stop(c);
  EXPECT_EQ(c.len(), 0u);
  EXPECT_EQ(handled, 0);
  EXPECT_TRUE(signals::ignored(SIGUSR2)) << "stop concerns what the channel was notified of at that time";
  signals::reset({SIGUSR2});
}

WEFT_TEST("K3.6", "reset undoes notify and ignore, for the signals that it names") {
  const own_handler own;
  const chan<int> c(2);
  signals::notify(c, {SIGUSR1, SIGUSR2});
  signals::reset({SIGUSR2});
  std::raise(SIGUSR2);
  EXPECT_EQ(handled, 1);
  std::raise(SIGUSR1);
  EXPECT_EQ(c.recv(), SIGUSR1);
  signals::ignore({SIGUSR2});
  std::raise(SIGUSR2);
  EXPECT_EQ(handled, 1);
  signals::reset();
  EXPECT_FALSE(signals::ignored(SIGUSR2));
  std::raise(SIGUSR2);
  EXPECT_EQ(handled, 2);
  signals::stop(c);
  EXPECT_EQ(c.len(), 0u);
}

WEFT_TEST("K3.6", "what came before reset or ignore has been sent when they return") {
  for (int i = 0; i < scaled(20); ++i) {
    const chan<int> c(1);
    signals::notify(c, {SIGUSR1});
    std::raise(SIGUSR1);
    if (i % 2 == 0) {
      signals::ignore({SIGUSR1});
    } else {
      signals::reset({SIGUSR1});
    }
    EXPECT_EQ(c.len(), 1u);
    signals::reset({SIGUSR1});
  }
}

WEFT_TEST("K3.6", "notify ends ignore, and stop after it gives back what was before both") {
  const own_handler own;
  signals::ignore({SIGUSR2});
  const chan<int> c(1);
  signals::notify(c, {SIGUSR2});
  EXPECT_FALSE(signals::ignored(SIGUSR2));
  std::raise(SIGUSR2);
  EXPECT_EQ(c.recv(), SIGUSR2);
  signals::stop(c);
  std::raise(SIGUSR2);
  EXPECT_EQ(handled, 1);
}

WEFT_TEST("K3.5", "a signal that was ignored when it was notified is ignored again after stop") {
  std::signal(SIGHUP, SIG_IGN);
  EXPECT_TRUE(signals::ignored(SIGHUP));
  const chan<int> c(1);
  signals::notify(c, {SIGHUP});
  EXPECT_FALSE(signals::ignored(SIGHUP));
  std::raise(SIGHUP);
  EXPECT_EQ(c.recv(), SIGHUP);
  signals::stop(c);
  EXPECT_TRUE(signals::ignored(SIGHUP));
  std::raise(SIGHUP);
  std::signal(SIGHUP, SIG_DFL);
}

WEFT_TEST("K3.6", "what is no signal is not ignored") {
  EXPECT_FALSE(signals::ignored(0));
  EXPECT_FALSE(signals::ignored(-1));
  EXPECT_FALSE(signals::ignored(1000));
  EXPECT_FALSE(signals::ignored(SIGKILL));
}

}  // namespace

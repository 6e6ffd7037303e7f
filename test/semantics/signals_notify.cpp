// SPDX-License-Identifier: Apache-2.0
//
// Signals that are sent to channels. How a program ends by them, and misuse, is in test/crash/signals_*.cpp.
#include <csignal>
#include <thread>
#include <vector>

#include "party.hpp"

namespace {

using namespace weft::test;
using weft::chan;
namespace signals = weft::signals;

/// A channel that is notified of signals until the end of its scope.
struct notified {
  chan<int> c;
  notified(int room, std::initializer_list<int> numbers) : c(room) { signals::notify(c, numbers); }
  ~notified() { signals::stop(c); }
};

WEFT_TEST("K3.1", "a signal that comes is sent to the channel as its number") {
  const notified n(1, {SIGUSR1});
  std::raise(SIGUSR1);
  EXPECT_EQ(n.c.recv(), SIGUSR1);
}

WEFT_TEST("K3.1", "a goroutine that waits for a signal is woken by it") {
  const notified n(1, {SIGUSR1});
  weft::task<int> waits = weft::spawn([&] { return *n.c.recv(); });
  weft::yield();
  std::raise(SIGUSR1);
  EXPECT_EQ(waits.join(), SIGUSR1);
}

WEFT_TEST("K3.1", "one signal after another arrives, each once") {
  const notified n(1, {SIGUSR1, SIGUSR2});
  for (int i = 0; i < scaled(100); ++i) {
    const int number = i % 3 == 0 ? SIGUSR2 : SIGUSR1;
    std::raise(number);
    EXPECT_EQ(n.c.recv(), number);
    EXPECT_EQ(n.c.len(), 0u);
  }
}

WEFT_TEST("K3.1", "a signal is found by a select, which goes on waiting for other things") {
  const notified n(1, {SIGUSR1});
  const chan<int> other;
  weft::go([=] { other.send(1); });
  int signalled = 0, others = 0;
  std::raise(SIGUSR1);
  for (int i = 0; i < 2; ++i) {
    weft::select(weft::on_recv(n.c, [&] { ++signalled; }), weft::on_recv(other, [&] { ++others; }));
  }
  EXPECT_EQ(signalled, 1);
  EXPECT_EQ(others, 1);
}

WEFT_TEST("K3.2", "a channel gets the signals that it was notified of, and no others") {
  const notified first(4, {SIGUSR1}), second(4, {SIGUSR2});
  std::raise(SIGUSR2);
  EXPECT_EQ(second.c.recv(), SIGUSR2);
  std::raise(SIGUSR1);
  EXPECT_EQ(first.c.recv(), SIGUSR1);
  EXPECT_EQ(first.c.len(), 0u);
  EXPECT_EQ(second.c.len(), 0u);
}

WEFT_TEST("K3.2", "every channel that asked for a signal gets it") {
  std::vector<chan<int>> all;
  for (int i = 0; i < 5; ++i) signals::notify(all.emplace_back(1), {SIGUSR1});
  std::raise(SIGUSR1);
  for (const chan<int>& each : all) EXPECT_EQ(each.recv(), SIGUSR1);
  for (const chan<int>& each : all) signals::stop(each);
}

WEFT_TEST("K3.2", "a second notify of a channel adds signals, and doubles none") {
  const notified n(4, {SIGUSR1});
  signals::notify(n.c, {SIGUSR1, SIGUSR2});
  std::raise(SIGUSR1);
  EXPECT_EQ(n.c.recv(), SIGUSR1);
  std::raise(SIGUSR2);
  EXPECT_EQ(n.c.recv(), SIGUSR2);
  EXPECT_EQ(n.c.len(), 0u);
}

WEFT_TEST("K3.2", "who names no signal gets all that can be caught") {
  const notified n(4, {});
  for (const int number : {SIGUSR1, SIGHUP, SIGTERM, SIGWINCH, SIGCHLD, SIGPIPE, SIGRTMIN}) {
    std::raise(number);
    EXPECT_EQ(n.c.recv(), number);
  }
}

WEFT_TEST("K3.3", "a signal for which a channel has no room is dropped there, and nobody waits") {
  const notified full(1, {SIGUSR1}), other(1, {SIGUSR1});
  full.c.send(-1);
  std::raise(SIGUSR1);
  EXPECT_EQ(other.c.recv(), SIGUSR1);
  signals::stop(full.c);
  EXPECT_EQ(full.c.recv(), -1);
  EXPECT_EQ(full.c.len(), 0u);
}

WEFT_TEST("K3.3", "an unbuffered channel gets a signal only while somebody waits there") {
  const notified bare(0, {SIGUSR1}), other(2, {SIGUSR1});
  std::raise(SIGUSR1);
  EXPECT_EQ(other.c.recv(), SIGUSR1);
  signals::stop(bare.c);
  EXPECT_TRUE(bare.c.try_recv().empty());
  signals::notify(bare.c, {SIGUSR1});
  weft::task<int> waits = weft::spawn([&] { return *bare.c.recv(); });
  settle();
  std::raise(SIGUSR1);
  EXPECT_EQ(waits.join(), SIGUSR1);
}

WEFT_TEST("K3.4", "what came before stop has been sent when stop returns, and nothing comes after") {
  const notified keeps(64, {SIGUSR1});
  for (int i = 0; i < scaled(50); ++i) {
    const chan<int> c(4);
    signals::notify(c, {SIGUSR1});
    std::raise(SIGUSR1);
    signals::stop(c);
    EXPECT_EQ(c.len(), 1u);
    EXPECT_EQ(keeps.c.recv(), SIGUSR1);
    std::raise(SIGUSR1);
    EXPECT_EQ(keeps.c.recv(), SIGUSR1);
    EXPECT_EQ(c.len(), 1u);
  }
}

WEFT_TEST("K3.4", "stop concerns one channel, and one that is not notified not at all") {
  const notified n(2, {SIGUSR1});
  const chan<int> other(2);
  signals::stop(other);
  signals::notify(other, {SIGUSR1});
  signals::stop(other);
  signals::stop(other);
  std::raise(SIGUSR1);
  EXPECT_EQ(n.c.recv(), SIGUSR1);
  EXPECT_EQ(other.len(), 0u);
}

WEFT_TEST("K3.4", "a channel that was stopped may be notified again") {
  const chan<int> c(1);
  for (int i = 0; i < 10; ++i) {
    signals::notify(c, {SIGUSR1});
    std::raise(SIGUSR1);
    EXPECT_EQ(c.recv(), SIGUSR1);
    signals::stop(c);
  }
}

WEFT_TEST("K3.4", "many goroutines may notify and stop at once, and each gets its signal") {
  const notified keeps(1, {SIGUSR1});
  weft::wait_group all;
  for (int i = 0; i < 8; ++i) {
    all.go([] {
      for (int round = 0; round < scaled(20); ++round) {
        const chan<int> c(1);
        signals::notify(c, {SIGUSR1});
        std::raise(SIGUSR1);
        signals::stop(c);
        EXPECT_EQ(c.len(), 1u);
      }
    });
  }
  all.wait();
}

WEFT_TEST("K3.8 F2.10", "threads notify, wait for signals and stop, as goroutines do") {
  for (const party kind : all_parties) {
    partner other(kind, [] {
      const notified n(1, {SIGUSR2});
      std::raise(SIGUSR2);
      EXPECT_EQ(n.c.recv(), SIGUSR2);
    });
    other.join();
  }
}

WEFT_TEST("K3.8", "a signal that meets a thread of its own arrives like any other") {
  const notified n(1, {SIGUSR1});
  std::thread other([] { std::raise(SIGUSR1); });
  other.join();
  EXPECT_EQ(n.c.recv(), SIGUSR1);
}

WEFT_TEST("K3.7", "a notification is no goroutine") {
  const std::size_t before = weft::num_goroutine();
  const notified n(1, {SIGUSR1});
  EXPECT_EQ(weft::num_goroutine(), before);
}

}  // namespace

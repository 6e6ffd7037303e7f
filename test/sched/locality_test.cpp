// SPDX-License-Identifier: Apache-2.0
//
// When a token keeps what is queued to itself: the rule with a clock of the test's, and goroutines that live under it.
#include "sched/locality.hpp"

#include <atomic>
#include <chrono>
#include <vector>

#include "harness.hpp"
#include "sched/current.hpp"
#include "weft/weft.hpp"

namespace {

using weft::detail::locality;
using weft::detail::nanoseconds;

constexpr std::uint32_t switches = 61;

/// A token that looks up every so often, with so many hops in between.
struct looker {
  locality near;
  nanoseconds time = 1;
  nanoseconds waited = 0;  // for locks, before each look
  std::uint32_t workers = 2;

  void look(std::uint32_t hops, nanoseconds later) {
    time += later;
    for (std::uint32_t i = 0; i < hops; ++i) near.count_hop();
    near.look(switches, waited, workers, [this] { return time; });
  }
  /// How often it looks, as goroutines hop quickly, until it shares a queue of one again.
  int closed_looks() {
    int looks = 0;
    for (; !near.shares(1); ++looks) look(switches, 20'000);
    return looks;
  }
};

WEFT_PLAIN_TEST("W1.8", "where goroutines hop with short slices the token keeps a short queue, and then opens again") {
  looker token;
  token.look(switches, 20'000);
  EXPECT_TRUE(token.near.shares(1)) << "one look may be chance";
  token.look(switches, 20'000);
  EXPECT_FALSE(token.near.shares(1));
  EXPECT_FALSE(token.near.shares(locality::long_queue - 1));
  EXPECT_TRUE(token.near.shares(locality::long_queue));
  EXPECT_FALSE(token.near.shares(0)) << "there is nothing to share";
  const int first = token.closed_looks();
  token.look(switches, 20'000);
  token.look(switches, 20'000);
  const int second = token.closed_looks();
  EXPECT_GT(first, 0);
  EXPECT_GT(second, first) << "it was wrong to open";
}

WEFT_PLAIN_TEST("W1.8", "long slices or few hops leave a token open, and the watchdog opens one that is closed") {
  looker slow;
  for (int i = 0; i < 10; ++i) slow.look(switches, nanoseconds{switches} * 1'000);
  EXPECT_TRUE(slow.near.shares(1));
  looker calm;
  for (int i = 0; i < 10; ++i) calm.look(switches / 4 - 1, 20'000);
  EXPECT_TRUE(calm.near.shares(1));
  looker closed;
  for (int i = 0; i < 2; ++i) closed.look(switches, 20'000);
  EXPECT_FALSE(closed.near.shares(1));
  closed.near.open();
  EXPECT_TRUE(closed.near.shares(1));
}

WEFT_PLAIN_TEST("W1.8",
                "where a quarter of the time is spent waiting for locks the token keeps a short queue, less than that "
                "leaves it open") {
  looker fights;
  fights.waited = 30'000;
  fights.look(0, 100'000);
  EXPECT_TRUE(fights.near.shares(1)) << "one look may be chance";
  fights.look(0, 100'000);
  EXPECT_FALSE(fights.near.shares(1));
  looker meets;
  meets.waited = 20'000;
  for (int i = 0; i < 10; ++i) meets.look(0, 100'000);
  EXPECT_TRUE(meets.near.shares(1));
}

WEFT_PLAIN_TEST("W1.8", "the more workers there are the more of their time may be lost to locks before they gather") {
  for (const std::uint32_t workers : {2u, 4u, 64u}) {
    for (const bool lost : {false, true}) {
      looker many;
      many.workers = workers;
      many.waited = 100'000 - 150'000 / workers + (lost ? 100 : -100);
      for (int i = 0; i < 2; ++i) many.look(0, 100'000);
      EXPECT_EQ(many.near.shares(1), !lost) << workers << " workers";
    }
  }
}

/// Closes the token of the caller for as long as ever, as if all had hopped there.
void close_token() {
  weft::detail::worker& w = *weft::detail::current_worker();
  ASSERT_TRUE(w.lock.enter());
  locality& near = weft::detail::held_by(w).near;
  nanoseconds time = 1;
  for (int i = 0; i < 20; ++i) {
    near.open();
    do {
      for (std::uint32_t hop = 0; hop < switches; ++hop) near.count_hop();
      near.look(switches, 0, 2, [&time] { return ++time; });
    } while (!near.closed());
  }
  w.lock.leave();
}

WEFT_PLAIN_TEST("W1.8", "turns of more than ten microseconds are long, however many there were") {
  EXPECT_FALSE(locality::are_long(2'000, 2'000'000));
  EXPECT_FALSE(locality::are_long(200, 2'000'000));
  EXPECT_TRUE(locality::are_long(199, 2'000'000));
  EXPECT_FALSE(locality::are_long(2'000'000'000, 2'000'000'000));
  EXPECT_TRUE(locality::are_long(0, 1));
}

// Until it looks itself a quarter of a million turns pass.
WEFT_PLAIN_TEST("W1.8", "when the turns of those who have gathered become long, some go on elsewhere") {
  std::atomic<bool> together{false};
  const auto body = [&together] {
    std::atomic<int> at_work{0};
    const auto end = weft::clock::now() + std::chrono::seconds(10);
    weft::wait_group all;
    close_token();
    for (int i = 0; i < 6; ++i) {
      all.go([&] {
        while (!together && weft::clock::now() < end) {
          if (++at_work > 1) together = true;
          for (const auto begun = weft::clock::now(); weft::clock::now() - begun < std::chrono::microseconds(100);)
            continue;
          --at_work;
          weft::yield();
        }
      });
    }
    all.wait();
  };
  EXPECT_EQ(0, weft::run(body, {.workers = 2}));
  EXPECT_TRUE(together.load());
}

// A ring of goroutines that pass something around, on two workers; then the first computes until the last, which has
// yet to be woken through the others, says so.
WEFT_PLAIN_TEST("W1.8", "when a goroutine begins to compute where others have gathered, those go on elsewhere") {
  const auto body = [] {
    constexpr int parties = 6, turns = 5'000;
    std::atomic<bool> seen{false};
    const std::vector<weft::chan<int>> lines(parties);
    weft::wait_group all;
    for (int i = 0; i < parties; ++i) {
      all.go([&, i] {
        for (int turn = 0; turn < turns; ++turn) {
          lines[i].recv();
          if (i + 1 < parties || turn + 1 < turns) lines[(i + 1) % parties].send(turn);
        }
        if (i == parties - 1) seen = true;
        while (i == 0 && !seen.load()) continue;
      });
    }
    lines[0].send(0);
    all.wait();
    EXPECT_TRUE(seen.load());
  };
  EXPECT_EQ(0, weft::run(body, {.workers = 2}));
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// How often a worker looks up from its own queue, with turns whose lengths the test chooses.
#include "sched/pace.hpp"

#include "harness.hpp"

namespace weft::test {
namespace {

using detail::look_pace;
using detail::nanoseconds;

constexpr nanoseconds far = 1'000'000'000'000;

/// A token whose goroutines run for `turn` each, and for which a deadline is set.
struct runner {
  look_pace pace;
  nanoseconds time = 1'000'000;
  nanoseconds turn = 0;

  explicit runner(nanoseconds length) : turn(length) {}

  void turns(int looks, nanoseconds deadline) {
    for (int i = 0; i < looks; ++i) {
      time += turn * pace.interval();
      pace.adjust(time, deadline);
    }
  }
};

WEFT_PLAIN_TEST("W1.10", "where turns are short a worker looks up at every 61st switch, whatever is due") {
  runner quick(60);
  quick.turns(60, 1'000'000 + 30);
  EXPECT_EQ(quick.pace.interval(), look_pace::longest);
  EXPECT_EQ(quick.pace.hurry(40), 40u);
}

WEFT_PLAIN_TEST("W1.10", "where turns are long and a deadline is near a worker looks up at every switch") {
  runner slow(20'000);
  slow.turns(10, 1'000'000);
  EXPECT_EQ(slow.pace.interval(), 1u);
  slow.turns(1, slow.time + far);
  EXPECT_EQ(slow.pace.interval(), look_pace::longest) << "there is time";
  EXPECT_EQ(slow.pace.hurry(60), 1u) << "a nearer one has been set";
  EXPECT_EQ(slow.pace.interval(), 2u) << "one switch had passed";
}

WEFT_PLAIN_TEST("W1.10", "a worker looks up twice before half of the time to the deadline is over") {
  runner slow(20'000);
  slow.turns(3, slow.time + far);
  const nanoseconds due = slow.time + 2'000'000 + slow.turn * look_pace::longest;
  for (int looks = 0; slow.time < due; ++looks) {
    ASSERT_LT(looks, 100);
    const nanoseconds left = due - slow.time;
    slow.turns(1, due);
    EXPECT_LE(slow.turn * slow.pace.interval(), std::max(left, slow.turn)) << "it would look up too late";
  }
  EXPECT_LE(slow.time - due, slow.turn);
}

WEFT_PLAIN_TEST("W1.10", "nothing is due: every 61st switch, and the first deadline is looked at after the next one") {
  look_pace pace;
  const auto never_asked = [] { return nanoseconds{0}; };
  pace.relax(0, never_asked);
  EXPECT_EQ(pace.interval(), look_pace::longest);
  EXPECT_EQ(pace.hurry(61), 1u);
  EXPECT_EQ(pace.interval(), 1u);
  int rounds = 0;
  for (int switches = 0; switches < 610; ++switches) rounds += pace.count_round() ? 1 : 0;
  EXPECT_EQ(rounds, 10) << "a round is as long as ever";
}

WEFT_PLAIN_TEST("W1.10", "a worker that has learnt that turns are short forgets it when a round takes milliseconds") {
  look_pace pace;
  nanoseconds time = 1'000;
  const auto clock = [&time] { return time; };
  pace.adjust(time, time + far);
  time += 100 * pace.interval();
  pace.relax(2, clock);
  EXPECT_EQ(pace.hurry(60), 60u) << "it has measured between the two";
  pace.relax(4, clock);
  EXPECT_EQ(pace.hurry(60), 60u);
  pace.relax(10, clock);
  EXPECT_EQ(pace.hurry(60), 1u);
}

}  // namespace
}  // namespace weft::test

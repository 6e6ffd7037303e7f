// SPDX-License-Identifier: Apache-2.0
//
// How many switches pass until a worker looks up from its own queue, to see which deadlines have come.
//
// A clock read at each switch would cost three times the switch. At every 61st it costs nothing; but where a goroutine
// runs for 20 us between two switches, 61 of them are more than a millisecond. So while a deadline is set the token
// measures how long turns take (the longest of late: one that slept and sleeps again tells nothing of the others), and
// looks up again after as many as fit into half of the time until that deadline, or into 20 us if that is longer.
//
// What else a worker does when it looks up, to ask the global queue and the poller, stays with every 61st switch: a
// *round* (find_work.cpp).
//
// Invariants
//   1. 1 <= interval <= `longest`; a round has ended after at least as many switches as `longest` and fewer than twice.
//   2. Who sets the earliest deadline of a token whose pace is not known to be quick has it look up at the next switch.
//
// Who owns what: the token's, inside its lock.
//
// Rejected: that the watchdog asks for attention when a deadline has come: it sleeps for 2 ms or more, and would have
// to sleep less in every program that sets deadlines and keeps them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "weft/detail/park.hpp"

namespace weft::detail {

class look_pace {
 public:
  static constexpr std::uint32_t longest = 61;  // a prime, as in Go, so that it meets no period of a program's

  /// Switches between the last look up and the next.
  [[nodiscard]] std::uint32_t interval() const noexcept { return interval_; }

  /// It looks up. True: a round has ended.
  [[nodiscard]] bool count_round() noexcept {
    round_ += interval_;
    if (round_ < longest) return false;
    round_ = 0;
    return true;
  }

  /// No deadline is set. `coarse_ms`: a clock that costs nothing.
  template <class Clock>
  void relax(std::uint32_t coarse_ms, Clock now) noexcept {
    if (looked_at_ != 0) measure(now());
    looked_at_ = 0;
    if (coarse_ms - coarse_ms_ > longest_quick_round) turn_ = unknown;
    coarse_ms_ = coarse_ms;
    interval_ = longest;
  }

  /// The time is `time`, the earliest deadline `first`: how many switches until the next look up.
  void adjust(nanoseconds time, nanoseconds first) noexcept {
    if (looked_at_ != 0) measure(time);
    looked_at_ = time;
    if (turn_ == unknown) {
      interval_ = to_learn;
      return;
    }
    const nanoseconds slack = std::max(tolerance, std::min(first - time, far_away) / 2);
    const bool quick = turn_ * longest <= slack;
    interval_ = quick ? longest : static_cast<std::uint32_t>(std::max<nanoseconds>(slack / turn_, 1));
  }

  /// An earlier deadline has been set, `left` switches before the next look up: how many are left now.
  [[nodiscard]] std::uint32_t hurry(std::uint32_t left) noexcept {
    if (left <= 1 || (turn_ != unknown && turn_ * left <= tolerance)) return left;
    interval_ = std::max(interval_, left) - left + 1;
    return 1;
  }

 private:
  static constexpr nanoseconds tolerance = 20'000;
  static constexpr nanoseconds far_away = 1'000'000'000;
  static constexpr nanoseconds unknown = 0;
  static constexpr std::uint32_t to_learn = 4;             // switches
  static constexpr std::uint32_t longest_quick_round = 4;  // ms, two usual steps of the coarse clock

  void measure(nanoseconds time) noexcept {
    turn_ = std::max({(time - looked_at_) / interval_, turn_ - turn_ / 4, nanoseconds{1}});
  }

  std::uint32_t interval_ = longest;
  std::uint32_t round_ = 0;
  std::uint32_t coarse_ms_ = 0;  // when it last looked up without a deadline
  nanoseconds looked_at_ = 0;    // when it last looked up; 0: no deadline was set then
  nanoseconds turn_ = unknown;   // how long a turn may take: the longest of late, on average between two looks
};

}  // namespace weft::detail

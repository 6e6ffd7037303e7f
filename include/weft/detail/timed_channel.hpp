// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// The channel of a timer, a ticker or after(): its value is a moment, and is there once that moment has come.
//
// There is no buffer. The channel knows when it is due, and whoever receives looks at the clock: so there is never a
// value that was put there before a stop() or reset() and is found after it (T3, T4), a slow receiver finds at most one
// tick (T6), and a timer that nobody waits for costs nothing but its memory, and is in no timer heap (T8). Only for
// receivers who wait is an alarm set. How it works and why it is right: src/chan/timed_channel.cpp.
#pragma once

#include <cstddef>

#include "weft/clock.hpp"
#include "weft/detail/alarm.hpp"
#include "weft/detail/channel_of.hpp"

namespace weft::detail {

class timed_channel final : public channel_of<clock::time_point> {
  using base = channel_of<clock::time_point>;

 public:
  /// A channel that is due at `due` (`never`: not), and then every `period` nanoseconds, if that is not 0.
  [[nodiscard]] static timed_channel* create(nanoseconds due, nanoseconds period);

  /// From now on due at `due` only. True if it was due at some moment and nobody had received it (T3, T4).
  bool set(nanoseconds due, nanoseconds period) noexcept;

  /// Lock held. For alarm: when a receiver who waits is to be served.
  [[nodiscard]] nanoseconds wanted() const noexcept { return receivers_.empty() ? never : due_; }

 private:
  friend class channel_core;

  timed_channel(nanoseconds due, nanoseconds period) noexcept;
  ~timed_channel() = default;

  static void destroy(channel_core& base) noexcept;
  static void came_due(timer_entry& entry) noexcept;

  [[nodiscard]] clock::time_point take_moment(nanoseconds time) noexcept;
  [[nodiscard]] wait_node* serve_first(nanoseconds time) noexcept;
  [[nodiscard]] bool attempt(std::optional<clock::time_point>& result);

  static const channel_type operations;

  nanoseconds due_;     // under the lock: the first moment not received yet; never: not active
  nanoseconds period_;  // under the lock: 0: due once
  alarm alarm_;
};

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Tickers: the same interval again and again.
//
//     weft::ticker every_second(1s);
//     for (weft::clock::time_point due : every_second.channel()) report(due);
//
// The channel gives the moment of every tick. At most one tick is pending: ticks that come while it is are dropped, so
// that a slow receiver is not flooded when it catches up (T6). A ticker is a handle like a channel: copies name the
// same one. It need not be stopped: one that nobody waits for costs its memory only, and goes with its last handle. May
// be used by any goroutine and any thread, at any time, at the same time.
//
// Intervals are rounded and saturated as weft/clock.hpp says.
#pragma once

#include <chrono>

#include "weft/chan.hpp"
#include "weft/clock.hpp"
#include "weft/detail/panic.hpp"
#include "weft/time.hpp"

namespace weft {

class ticker {
 public:
  /// No ticker: its channel is null, stop() does nothing, reset() panics.
  ticker() noexcept = default;

  /// A ticker whose first tick comes after `interval`. Panics if that is not positive: "non-positive interval for
  /// NewTicker".
  template <class Rep, class Period>
  explicit ticker(const std::chrono::duration<Rep, Period>& interval) {
    const detail::nanoseconds period = detail::saturated(interval);
    if (period == 0) detail::panic("non-positive interval for NewTicker");
    channel_ = detail::channel_at(detail::deadline_after(period), period);
  }

  /// Where the ticks are received. Never closed, also not by stop(); len() and cap() are 0.
  [[nodiscard]] receiver<clock::time_point> channel() const noexcept { return channel_; }

  /// No more ticks, also not one that is pending.
  void stop() const {
    if (channel_ != nullptr) static_cast<void>(core().set(detail::never, 0));
  }

  /// From now on a tick every `interval`, whether it was stopped or not; one that is pending is dropped. Panics if the
  /// interval is not positive: "non-positive interval for Ticker.Reset".
  template <class Rep, class Period>
  void reset(const std::chrono::duration<Rep, Period>& interval) const {
    const detail::nanoseconds period = detail::saturated(interval);
    if (period == 0) detail::panic("non-positive interval for Ticker.Reset");
    if (channel_ == nullptr) detail::panic("time: Reset called on uninitialized Ticker");
    static_cast<void>(core().set(detail::deadline_after(period), period));
  }

 private:
  [[nodiscard]] detail::timed_channel& core() const noexcept {
    return static_cast<detail::timed_channel&>(*detail::channel_access::core(channel_));
  }

  receiver<clock::time_point> channel_;
};

/// The channel of a ticker that is never stopped; null if `interval` is not positive.
template <class Rep, class Period>
[[nodiscard]] receiver<clock::time_point> tick(const std::chrono::duration<Rep, Period>& interval) {
  const detail::nanoseconds period = detail::saturated(interval);
  if (period == 0) return nullptr;
  return detail::channel_at(detail::deadline_after(period), period);
}

}  // namespace weft

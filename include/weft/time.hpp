// SPDX-License-Identifier: Apache-2.0
//
// Sleeping and time-outs.
//
//     weft::sleep_for(10ms);
//     weft::select(weft::on_recv(answers, use), weft::on_recv(weft::after(1s), [] { std::puts("too late"); }));
//
// Sleepers block their goroutine, not the thread. Under the engine sim, time is virtual: it stands still while anybody
// can run, and jumps to the next deadline when nobody can.
//
// Durations are rounded and saturated as weft/clock.hpp says.
#pragma once

#include <chrono>

#include "weft/chan.hpp"
#include "weft/clock.hpp"
#include "weft/detail/park.hpp"

namespace weft {

namespace detail {

/// Blocks until `when`; does not return at all if that is `never`.
void sleep_to(nanoseconds when);

/// A channel on which the moment `when` is sent when it has come.
[[nodiscard]] receiver<clock::time_point> channel_at(nanoseconds when);

}  // namespace detail

/// Sleeps for at least `d`; returns at once if that is not positive (T1).
template <class Rep, class Period>
void sleep_for(const std::chrono::duration<Rep, Period>& d) {
  const detail::nanoseconds n = detail::saturated(d);
  if (n > 0) detail::sleep_to(detail::deadline_after(n));
}

/// Sleeps until `when`; returns at once if that has passed.
inline void sleep_until(clock::time_point when) {
  const detail::nanoseconds n = when.time_since_epoch().count();
  if (n > detail::now()) detail::sleep_to(n);
}

/// A channel that receives one value after `d`: the moment at which it was due, even if it is read later (T2). For a
/// `d` that is not positive the value is there at once. Never closed.
template <class Rep, class Period>
[[nodiscard]] receiver<clock::time_point> after(const std::chrono::duration<Rep, Period>& d) {
  return detail::channel_at(detail::deadline_after(detail::saturated(d)));
}

}  // namespace weft

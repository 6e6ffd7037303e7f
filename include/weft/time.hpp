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
// A sleep that takes a context first ends early when that is cancelled, or when its deadline comes first (T1.6):
//
//     if (weft::result<void> slept = weft::sleep_for(ctx, 1s); !slept) return slept.error();
//
// For time-outs select_for and recv_for (weft/select.hpp, weft/chan.hpp) allocate nothing; after() makes a channel. A
// timer that can be stopped and reset is in weft/timer.hpp, one that comes again and again in weft/ticker.hpp.
//
// Durations are rounded and saturated as weft/clock.hpp says.
#pragma once

#include <chrono>

#include "weft/chan.hpp"
#include "weft/clock.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/timed_channel.hpp"
#include "weft/result.hpp"

namespace weft {

namespace detail {

/// Blocks until `when`; does not return at all if that is `never`.
void sleep_to(nanoseconds when);

/// The same until the limit, if that comes first.
[[nodiscard]] result<void> sleep_to(const wait_limit& limit, nanoseconds when);

/// A handle to a new timed channel.
[[nodiscard]] inline receiver<clock::time_point> channel_at(nanoseconds due, nanoseconds period = 0) {
  return channel_access::adopt<clock::time_point>(timed_channel::create(due, period));
}

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

/// The same until the limit, which is made from a context; success: it has slept to the end.
template <class Rep, class Period>
result<void> sleep_for(const detail::wait_limit& limit, const std::chrono::duration<Rep, Period>& d) {
  return detail::sleep_to(limit, detail::deadline_after(detail::saturated(d)));
}
inline result<void> sleep_until(const detail::wait_limit& limit, clock::time_point when) {
  return detail::sleep_to(limit, when.time_since_epoch().count());
}

/// A channel that gives one value after `d`: the moment at which it was due, even if it is read later (T2). For a `d`
/// that is not positive the value is there at once. Never closed; len() and cap() are 0. When the last handle goes, so
/// does all that belongs to it.
template <class Rep, class Period>
[[nodiscard]] receiver<clock::time_point> after(const std::chrono::duration<Rep, Period>& d) {
  return detail::channel_at(detail::deadline_after(detail::saturated(d)));
}

}  // namespace weft

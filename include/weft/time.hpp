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
// Durations of any std::chrono type; what does not fit into 2^63 - 1 nanoseconds (292 years) means "for ever" (T1), and
// fractions of a nanosecond are rounded up: nobody wakes early.
#pragma once

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <ratio>

#include "weft/chan.hpp"
#include "weft/detail/park.hpp"

namespace weft {

/// The steady clock of the runtime: monotonic, since some moment before the program's start.
struct clock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<clock>;
  static constexpr bool is_steady = true;

  [[nodiscard]] static time_point now() noexcept { return time_point(duration(detail::now())); }
};

namespace detail {

/// A duration in nanoseconds, rounded up; 0 for negative ones, `never` for what does not fit. Not a number is 0.
template <class Rep, class Period>
[[nodiscard]] constexpr nanoseconds saturated(const std::chrono::duration<Rep, Period>& d) noexcept {
  using to_nano = std::ratio_divide<Period, std::nano>;
  if (!(d.count() > Rep(0))) return 0;
  if constexpr (std::integral<Rep>) {
    __extension__ using wide = unsigned __int128;
    const wide up = (wide{static_cast<std::uint64_t>(d.count())} * to_nano::num + (to_nano::den - 1)) / to_nano::den;
    return up < wide{static_cast<std::uint64_t>(never)} ? static_cast<nanoseconds>(up) : never;
  } else {
    const long double exact = static_cast<long double>(d.count()) * to_nano::num / to_nano::den;
    return exact < 9.2e18L ? static_cast<nanoseconds>(std::ceil(exact)) : never;
  }
}

/// The moment `d` from now.
[[nodiscard]] inline nanoseconds deadline_after(nanoseconds d) noexcept {
  const nanoseconds start = now();
  return d < never - start ? start + d : never;
}

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

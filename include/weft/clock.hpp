// SPDX-License-Identifier: Apache-2.0
//
// The runtime's clock, and what durations mean everywhere in weft.
//
// Durations of any std::chrono type; what does not fit into 2^63 - 1 nanoseconds (292 years) means "for ever" (T1), and
// fractions of a nanosecond are rounded up: nobody wakes early.
#pragma once

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <ratio>
#include <type_traits>

#include "weft/detail/bounded.hpp"
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

/// The bound of a `_for` form, and of an `_until` form.
template <class Rep, class Period>
[[nodiscard]] wait_limit within(const std::chrono::duration<Rep, Period>& d) noexcept {
  return {.until = deadline_after(saturated(d))};
}
[[nodiscard]] inline wait_limit until(clock::time_point when) noexcept {
  return {.until = when.time_since_epoch().count()};
}

/// A moment of any clock, as the standard's timed locks take it: as far off as that clock says now.
template <class Clock, class Duration>
[[nodiscard]] wait_limit until(const std::chrono::time_point<Clock, Duration>& when) {
  if constexpr (std::is_same_v<Clock, clock>) {
    return {.until = saturated(when.time_since_epoch())};
  } else {
    const auto start = Clock::now();
    return when <= start ? wait_limit{.until = 0} : within(when - start);
  }
}

}  // namespace detail

}  // namespace weft

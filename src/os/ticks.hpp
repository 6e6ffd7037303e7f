// SPDX-License-Identifier: Apache-2.0
//
// The processor's own clock, for those who note many moments and compute with them later: a few nanoseconds, where
// monotonic_ns takes twenty. On the processors of today it runs at one rate, whatever the frequency, and is the same on
// all cores; a machine where it is not shows wrong times in traces, and nothing else goes wrong.
#pragma once

#include <cstdint>

#include "os/clock.hpp"

namespace weft::detail {

/// Ticks since some fixed moment; how long one lasts is to be found out with monotonic_ns().
[[nodiscard]] inline std::uint64_t read_ticks() noexcept {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  std::uint64_t ticks;
  __asm__ __volatile__("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return static_cast<std::uint64_t>(monotonic_ns());
#endif
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// For those who look again and again.
#pragma once

#include "weft/detail/bounded.hpp"

namespace weft::detail {

/// Sleeps for a while: on any thread, under either engine.
inline void pause_for(nanoseconds duration) {
  waiter self;
  self.contended = true;
  static_cast<void>(park_within(
      self, wait_reason::sleep, nullptr, [](void*) {}, nullptr, wait_limit{.until = now() + duration}));
}

/// Attempts it each millisecond until it succeeds, but not for ever: for ten seconds. Whether it has.
template <class Attempt>
[[nodiscard]] bool succeeds_soon(Attempt attempt) {
  for (int round = 0; round < 10'000; ++round) {
    if (attempt()) return true;
    pause_for(1'000'000);
  }
  return false;
}

}  // namespace weft::detail

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

}  // namespace weft::detail

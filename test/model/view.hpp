// SPDX-License-Identifier: Apache-2.0
//
// What a thread of a modelled program knows: for each atomic location the oldest store it may still read, and for each
// thread how far that thread's past happens before its own (a vector clock, from which data races are told).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace weft::model {

inline constexpr unsigned max_threads = 6;     // the main program and five more
inline constexpr unsigned max_locations = 32;  // atomics that one execution creates

using word = std::uint64_t;         // every atomic's value, widened
using timestamp = std::uint32_t;    // a store's place in its location's modification order
using location_id = std::uint32_t;  // locations are numbered in the order of their construction

struct view {
  std::array<timestamp, max_locations> seen{};
  std::array<std::uint32_t, max_threads> clock{};

  void join_seen(const view& other) noexcept {
    for (unsigned i = 0; i < max_locations; ++i) seen[i] = std::max(seen[i], other.seen[i]);
  }
  void join(const view& other) noexcept {
    join_seen(other);
    for (unsigned i = 0; i < max_threads; ++i) clock[i] = std::max(clock[i], other.clock[i]);
  }
};

}  // namespace weft::model

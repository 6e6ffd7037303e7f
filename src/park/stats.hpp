// SPDX-License-Identifier: Apache-2.0
//
// This process's statistics page: where it is, and how slow paths add to it. Hot paths do not: the engine counts in its
// own words, and brings the sums here now and then (sched/counters.hpp).
//
// The page is made when the runtime starts, and never unmapped. Before that, and where there is no memory for it, what
// is counted goes to a lane that nobody reads.
//
// Memory ordering: counts are relaxed; they order nothing.
#pragma once

#include <cstdint>

#include "weft/detail/park.hpp"
#include "weft/detail/stats_page.hpp"

namespace weft::detail {

inline constexpr std::uint32_t stats_lane_room = 1025;  // 1024 tokens, and everybody else

/// Makes the page. Called by the engine, once, before anybody counts.
void open_stats() noexcept;

[[nodiscard]] stats_head& stats() noexcept;
[[nodiscard]] stats_lane& lane_of_token(std::uint32_t token) noexcept;
[[nodiscard]] stats_lane& lane_of_others() noexcept;

/// Brings the page up to date as far as that is possible: defined by the engine. From any thread.
void refresh_stats() noexcept;

/// For who alone writes this counter.
inline void count_alone(stats_lane& lane, stats_counter what, std::uint64_t n = 1) noexcept {
  stats_word& word = lane.counters[static_cast<std::size_t>(what)];
  word.store(word.load(memory_order_relaxed) + n, memory_order_relaxed);
}

/// For the lane of others.
inline void count_shared(stats_counter what, std::uint64_t n = 1) noexcept {
  lane_of_others().counters[static_cast<std::size_t>(what)].fetch_add(n, memory_order_relaxed);
}

/// One duration, which stands for `weight` of them. From any thread.
void note_duration(stats_lane& lane, stats_duration what, nanoseconds duration, std::uint64_t weight = 1) noexcept;

/// Which histogram the waits for this reason go to; `count`: none.
[[nodiscard]] stats_duration histogram_of(wait_reason reason) noexcept;

}  // namespace weft::detail

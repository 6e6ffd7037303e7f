// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the recorder share: recorder.cpp writes events, snapshot.cpp reads them, trace.cpp is the API.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "park/recorder.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

enum class record_mode : std::uint8_t { off, flight, full };

inline constexpr std::size_t flight_events = 8192;   // of each worker: 256 KiB
inline constexpr std::size_t full_events = 1 << 18;  // 8 MiB
inline constexpr std::size_t most_events = 1 << 26;

struct recorder_state {
  atomic<record_mode> mode{record_mode::off};
  atomic<std::size_t> capacity{flight_events};  // of new rings; grows only
  atomic<std::uint32_t> lane_count{0};
  atomic<event_lane*> lanes{nullptr};  // the newest; by `next`
  word_lock shared_lock;               // of whoever writes to `shared`
  event_lane shared;
  atomic<std::uint64_t> numbers{0};  // of tasks and regions

  // Set once, by prepare_recorder().
  record_mode usual = record_mode::off;  // when no trace is asked for
  std::uint64_t first_tick = 0;          // when it was
  std::int64_t first_ns = 0;
  std::uint32_t stall_ms = 0;
  bool whole_run = false;
  char file[256] = "";       // where leave_trace() writes; empty: nowhere
  atomic<bool> left{false};  // it has
};

[[nodiscard]] recorder_state& recorder() noexcept;

/// The time of events: the processor's, or virtual; and how long a tick is.
[[nodiscard]] std::uint64_t event_ticks() noexcept;
[[nodiscard]] double ns_per_tick() noexcept;

/// Traces show what is noted from now on.
void forget_events() noexcept;

void set_mode(record_mode mode, std::size_t capacity) noexcept;

/// An event and a text of at most 240 bytes.
void note_words(event_lane* own, std::uint64_t head, std::uint64_t first, std::uint64_t second,
                std::string_view text) noexcept;

}  // namespace weft::detail

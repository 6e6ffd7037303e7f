// SPDX-License-Identifier: Apache-2.0
//
// The longest slice: how long a goroutine ran on end while others waited, or could have. The watchdog writes it, who
// asks for metrics reads it, and a copy stands in the statistics page for other processes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "weft/detail/park.hpp"

namespace weft::detail {

struct hog_record {
  nanoseconds duration = 0;  // none: 0
  nanoseconds seen_at = 0;
  std::uint64_t goroutine = 0;
  const char* file = "";
  std::uint32_t line = 0;
  const char* label = nullptr;
  std::size_t frame_count = 0;
  void* frames[32] = {};
};

/// From any thread.
[[nodiscard]] hog_record longest_hog() noexcept;

/// Replaces it. By the watchdog.
void set_longest_hog(const hog_record& hog) noexcept;

/// The same slice goes on.
void lengthen_hog(nanoseconds duration, nanoseconds time) noexcept;

}  // namespace weft::detail

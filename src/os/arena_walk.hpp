// SPDX-License-Identifier: Apache-2.0
//
// Walking the stacks of many goroutines that are at rest. The memory of the arena is never unmapped: reading it cannot
// fault, whatever becomes of the goroutine meanwhile, so that no call of the kernel is needed for each frame
// (walk.cpp).
#pragma once

#include <cstddef>

#include "os/stack.hpp"

namespace weft::detail {

class arena_walk {
 public:
  /// The part of the arena's slot around the address that may be read; {nullptr, 0} if it is not in the arena.
  [[nodiscard]] stack slot_around(const void* address) noexcept;

  /// As walk_frames(), with the frame pointer anywhere: frames in the arena are read as they are, others by the kernel.
  std::size_t frames(void* pc, void* fp, const stack& bounds, void** out, std::size_t n) noexcept;

 private:
  // The region of the arena that the last address was in; empty: none yet.
  const std::byte* region_ = nullptr;
  std::size_t region_size_ = 0;
};

/// The region of the arena that holds the address: its beginning and its size. Null if there is none.
/// Async-signal-safe.
[[nodiscard]] const std::byte* arena_region(const void* address, std::size_t& size) noexcept;

/// The part of a slot above its guard. `address` lies in the arena.
[[nodiscard]] stack readable_part(const void* address) noexcept;

}  // namespace weft::detail

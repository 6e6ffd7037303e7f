// SPDX-License-Identifier: Apache-2.0
//
// What the engines tell the profiles of waits and of contention (weft/profile.hpp). While one of these is on the gates
// of the recorder's lanes are never 0 (recorder.hpp), so that engines ask here only where something is noted anyway.
#pragma once

#include <cstdint>

#include "park/goroutine.hpp"

namespace weft::detail {

inline constexpr std::uint8_t profile_waits = 1, profile_contention = 2;

// What native_locks.hpp tells of those who stop uses the same gate.
inline constexpr std::uint8_t profile_native = 4;

/// Which are on; relaxed: a hint.
extern atomic<std::uint8_t> profiles_on;

/// Switches one on or off.
void switch_profile(std::uint8_t which, bool on) noexcept;

/// A goroutine is about to yield.
void note_yield(goroutine& me) noexcept;

/// A goroutine is about to wait. The result is for wait_has_ended(); 0: nothing to be told.
[[nodiscard]] std::uint64_t wait_begins(waiter& who) noexcept;

/// It goes on, on its own stack.
void wait_has_ended(goroutine& me, std::uint64_t begun) noexcept;

/// Somebody is about to make it ready.
void wait_is_ended(const waiter& who) noexcept;

}  // namespace weft::detail

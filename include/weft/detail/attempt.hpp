// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// Attempts: operations that may fail, and that programs repeat. Locks and semaphores, when a try, or a wait with a
// limit, ends without what was wanted; channels, when a send, receive or select that does not wait finds nobody. With
// WEFT_DIAG=livelock each failure is written down by who made it (src/park/attempts.cpp); else it costs a load and a
// branch, where it has failed already. What succeeds is not told here: whoever gets a lock is noted by held_locks.hpp,
// and no value goes through a channel without a buffer unless its history changes.
//
// No lock held: what is found is reported by the caller, where it is.
#pragma once

#include <cstdint>

#include "weft/detail/made.hpp"
#include "weft/detail/waiter.hpp"

namespace weft::detail {

#ifdef WEFT_MODEL

/// Models leave it out: nothing but reports depends on it.
inline constexpr bool attempts_are_noted() noexcept { return false; }
inline void note_refused(const void*, wait_reason) noexcept {}
inline void note_waiting(const void*, wait_reason) noexcept {}
inline void note_missed(const void*, bool, std::uint64_t) noexcept {}
inline void forget_attempts(const void*) noexcept {}

#else

[[nodiscard]] inline bool attempts_are_noted() noexcept { return (notes_wanted & note_attempts) != 0; }

/// The caller has tried to get it in that way, in vain: somebody else has it.
void note_refused(const void* object, wait_reason how) noexcept;

/// It is about to wait for it without a limit.
void note_waiting(const void* object, wait_reason how) noexcept;

/// It has found nobody at a channel without a buffer. `history` changes whenever somebody waits there or closes it.
void note_missed(const void* channel, bool sends, std::uint64_t history) noexcept;

/// The object is gone.
void forget_attempts(const void* object) noexcept;

#endif

}  // namespace weft::detail

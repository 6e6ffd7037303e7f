// SPDX-License-Identifier: Apache-2.0
//
// What the engines and the profiles tell the search for livelocks (weft/livelock.hpp), while `profile_rounds` is on.
#pragma once

#include "park/profiles.hpp"

namespace weft::detail {

[[nodiscard]] inline bool rounds_are_watched() noexcept {
  return __builtin_expect((profiles_on.load(memory_order_relaxed) & profile_rounds) != 0, 0);  // relaxed: a hint
}

/// A goroutine is about to wait. It may hold locks that its commit frees.
void note_stop(goroutine& me, const waiter& who) noexcept;

/// It has waited, or is about to yield: on its own stack, with no lock held.
void note_round(goroutine& me) noexcept;

/// Something that has happened was never there before: a goroutine has begun or ended, or the kernel was asked.
void note_news() noexcept;

/// WEFT_DIAG=livelock. Once in a process.
void prepare_livelock() noexcept;

}  // namespace weft::detail

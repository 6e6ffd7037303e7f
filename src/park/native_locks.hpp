// SPDX-License-Identifier: Apache-2.0
//
// WEFT_DIAG=native: goroutines that stop while they have something that belongs to a thread: a native mutex
// (std::mutex,
// std::shared_mutex, pthread_mutex_t), or the right to initialise a static variable. The next goroutine of that thread
// that wants it blocks the thread, and with it whoever has it; and who goes on elsewhere unlocks what another thread
// has locked, which is undefined.
//
// What is taken and freed is told by weft::native_locks (src/native), which a program links to be watched; what is told
// here concerns goroutines only.
#pragma once

#include "park/profiles.hpp"

namespace weft::detail {

enum class native_kind : std::uint8_t { mutex, shared_mutex, initialiser };

[[nodiscard]] inline bool native_locks_are_watched() noexcept {
  return __builtin_expect((profiles_on.load(memory_order_relaxed) & profile_native) != 0, 0);  // relaxed: a hint
}

/// The caller has taken it / is about to free it.
void note_native_taken(const void* lock, native_kind kind) noexcept;
void note_native_freed(const void* lock) noexcept;

/// A goroutine is about to park, to yield or to end, on its own stack. It may hold locks that its commit frees, so
/// nothing is asked of the program: the report is written.
void note_native_stop(goroutine& me, const char* what) noexcept;

/// Once in a process.
void prepare_native_locks() noexcept;

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Sleeping on a word, and waking those who do: Linux futexes, private to the process. Threads of weft sleep here and
// nowhere else: glibc 2.36's condition variables can lose a wake-up (BZ 25847).
//
// The kernel compares the word and goes to sleep in one step, so a wake-up after the word was changed is never lost.
// The caller loops: both functions may return for no reason.
#pragma once

#include <cstdint>

#include "weft/detail/atomic.hpp"

namespace weft::detail {

/// Sleeps while `word` holds `expected`, at most `timeout_ns` nanoseconds (negative: without limit). True if the time
/// has passed; false when woken, interrupted, or not put to sleep because the word holds something else.
bool futex_wait(atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t timeout_ns) noexcept;

/// Wakes up to `count` threads that sleep on `word`; returns how many. The word may be gone already: its address is
/// only a name.
int futex_wake(atomic<std::uint32_t>& word, int count) noexcept;

}  // namespace weft::detail

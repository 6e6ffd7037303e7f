// SPDX-License-Identifier: Apache-2.0
//
// Where another thread of this process is, while it runs: a signal makes it write down its own frames.
//
// The signal is a real-time one that nobody uses by default (SIGRTMAX - 2). If the program has a handler for it, or
// holds it back, nothing is captured. A system call that the signal interrupts is begun again by the kernel, unless it
// is one of those for which that cannot be (nanosleep, epoll_wait): so `only_running` leaves threads alone that sleep
// in the kernel.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/stack.hpp"

namespace weft::detail {

/// The kernel's number of the calling thread.
[[nodiscard]] int this_thread_id() noexcept;

enum class capture : std::uint8_t { any, only_running };

/// Writes up to `n` program counters of the thread to `out`, the innermost first, and returns how many; 0 if the thread
/// is not on that stack, does not answer within `patience` nanoseconds, or another capture is on. Takes no memory and
/// waits for no lock. Not for the calling thread.
std::size_t capture_frames(int thread, const stack& bounds, capture whom, void** out, std::size_t n,
                           std::int64_t patience) noexcept;

}  // namespace weft::detail

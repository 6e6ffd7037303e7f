// SPDX-License-Identifier: Apache-2.0
//
// Walking a stack along its frame pointers: what dumps, traces and the overflow report show. It needs no tables, no
// locks and no memory, so a signal handler may do it; it sees only functions compiled with frame pointers.
#pragma once

#include <cstddef>

#include "os/stack.hpp"

namespace weft::detail {

/// Writes up to `n` program counters to `out`, the innermost first, and returns how many: first `pc` itself, then the
/// return addresses found from the frame pointer `fp` on, as long as each frame lies within [low, high), is aligned
/// and is above the one before. Nothing outside [low, high) is read. Async-signal-safe.
std::size_t walk_frames(void* pc, void* fp, const std::byte* low, const std::byte* high, void** out,
                        std::size_t n) noexcept;

/// The callers of the function that calls it, itself first. `bounds` is the running stack.
std::size_t walk_caller(const stack& bounds, void** out, std::size_t n) noexcept;

/// The same by the unwind tables, as an exception finds its way: it passes through the functions of the C++ runtime,
/// which has no frame pointers. Not for signal handlers.
std::size_t unwind_caller(void** out, std::size_t n) noexcept;

}  // namespace weft::detail

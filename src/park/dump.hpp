// SPDX-License-Identifier: Apache-2.0
//
// Goroutines as text: the header line and the stack that reports show, for panics, deadlocks, SIGQUIT and the API.
//
//   goroutine 7 [chan receive, 0x5581..., 12 ms]:
//       worker_main(chan<int>)+0x41
//     started at server.cpp:41
//
// The texts of the reasons are Go's (reference D5). A parked goroutine's stack is walked from its saved context by
// frame pointers, within its own bounds, so nothing is executed and nothing can fault; a goroutine that runs on
// another thread shows no frames. Writes go straight to the descriptor: nothing here allocates, so that a report
// works when the process is out of memory.
#pragma once

#include <cstdint>

#include "os/symbol.hpp"
#include "park/goroutine.hpp"

namespace weft::detail {

/// Prints one goroutine. `here` is the caller's own: its frames are walked from the caller's registers.
void print_goroutine(int fd, goroutine& g, bool here, std::uint32_t now_ms, naming style = naming::demangled) noexcept;

/// What a goroutine does, or waits for, in the words of its line.
[[nodiscard]] const char* state_of(const goroutine& g) noexcept;

/// The lines of print_goroutine() below the first, for another than the caller's; or with frames that were kept.
void print_stack(int fd, goroutine& g, naming style = naming::demangled) noexcept;
void print_stack(int fd, const goroutine& g, void* const* frames, std::size_t n) noexcept;

/// The program counters of one that waits, the innermost first; none if it runs, or waits on a thread of its own.
std::size_t copy_stack(const goroutine& g, void** frames, std::size_t most) noexcept;

/// Prints every goroutine that is not free, `here` (may be null) first. In a signal handler names must be as linked.
void print_goroutines(int fd, goroutine* here, std::uint32_t now_ms, naming style = naming::demangled) noexcept;

/// Names the goroutine whose stack contains `address`, for the overflow report. False if there is none.
bool describe_stack(void* address, char* out, std::size_t size) noexcept;

}  // namespace weft::detail

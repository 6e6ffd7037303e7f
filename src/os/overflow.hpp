// SPDX-License-Identifier: Apache-2.0
//
// Stack overflow becomes a report instead of a bare "Segmentation fault".
#pragma once

#include <cstddef>

namespace weft::detail {

/// Who ran on the stack: writes e.g. "goroutine 7 (stack 256 KiB, started at main.cpp:12)" to `out`, at most `size`
/// bytes with the final zero, and returns true; false if the engine does not know. `address` lies in the guard.
/// Called in a signal handler on the thread that overflowed.
using overflow_description = bool (*)(void* address, char* out, std::size_t size);

/// Handles SIGSEGV and SIGBUS from now on: a fault in the guard of a weft stack prints "fatal error: stack overflow",
/// the description and the innermost frames, and ends the process with status 2; any other fault goes to the handler
/// that was there before. Call once; later calls change `describe` only.
void install_overflow_handler(overflow_description describe) noexcept;

/// Gives the calling thread a stack for signal handlers, as a handler cannot run on one that is used up. Every thread
/// that runs fibers calls it before the first, and leaves before it ends.
void enter_thread_signals() noexcept;
void leave_thread_signals() noexcept;

}  // namespace weft::detail

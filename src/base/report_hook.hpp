// SPDX-License-Identifier: Apache-2.0
//
// How the floors above take part in the report that ends a process. panic() knows nothing of goroutines: an engine
// registers a function that prints "goroutine N [running]:" and the stack, and panic() calls it after its message.
#pragma once

#include <cstddef>

namespace weft::detail {

/// Prints who is running to `fd`, with a leading blank line. It may be called on any thread, at any point of the
/// program, in a signal handler, with locks held: it must not wait for anything. A panic inside it ends the process.
using report_hook = void (*)(int fd);

/// Registers the hook; null removes it.
void set_report_hook(report_hook hook) noexcept;

/// Registers what is printed instead if the report gets stuck: called in a signal handler, it must take no memory.
void set_last_report_hook(report_hook hook) noexcept;

/// Claims the right to report for the calling thread. The first caller in the process returns; any other thread waits
/// here for ever, because the first one is about to end the process. A second call by the first caller means that the
/// report itself failed: the process ends at once with status 2. For reports that panic() cannot make (overflow.cpp).
void begin_report() noexcept;

/// If a thread other than the caller reports, waits here for ever: that report decides how the process ends. Called
/// before anything else would end it.
void give_way_to_report() noexcept;

/// In a forked child: a report that had begun was the parent's, and nobody here goes on with it.
void forget_report() noexcept;

/// Whether a report has begun that ends the process.
[[nodiscard]] bool report_begun() noexcept;

/// Ends the process as a return from the program's main would, with that status.
[[noreturn]] void leave_process(int status);

/// Ends the process after a report: flushes standard output unless somebody holds it, then exits with status 2
/// without running destructors.
[[noreturn]] void end_report() noexcept;

/// The same without the flush, for when the flush is what failed.
[[noreturn]] void end_report_unflushed() noexcept;

/// Writes the whole text to `fd`; gives up on an error, and on a full descriptor that does not block and is not emptied
/// for two seconds. Async-signal-safe.
void write_text(int fd, const char* text) noexcept;

/// The same for bytes. 0, or the error, which errno does not tell.
int write_bytes(int fd, const char* bytes, std::size_t size) noexcept;

/// Formats as printf into a buffer on the stack (at most 1000 characters) and writes it.
void write_format(int fd, const char* format, ...) noexcept __attribute__((format(printf, 2, 3)));

}  // namespace weft::detail

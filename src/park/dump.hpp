// SPDX-License-Identifier: Apache-2.0
//
// Goroutines as text: the header line and the stack that reports show, for panics, deadlocks, SIGQUIT and the API.
//
//   goroutine 7 [chan receive, 0x5581..., 12 ms]:
//       worker_main(chan<int>)+0x41
//     started at server.cpp:41
//
// The texts of the reasons are Go's (reference D5). A parked goroutine's stack is walked from its saved context by
// frame pointers, within its own bounds, so nothing is executed and nothing can fault; one that runs on another thread
// is asked by a signal (os/capture.hpp), within a limit of time. When there are many, alike ones are counted
// (all_goroutines.cpp). Nothing here allocates or waits for a lock, so that a report works when the process is out of
// memory, or stuck.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/report_buffer.hpp"
#include "os/symbol.hpp"
#include "park/goroutine.hpp"

namespace weft::detail {

/// Prints one goroutine. `here` is the caller's own: its frames are walked from the caller's registers.
void print_goroutine(int fd, goroutine& g, bool here, std::uint32_t now_ms, naming style = naming::demangled) noexcept;

/// What a goroutine does, or waits for, in the words of its line.
[[nodiscard]] const char* state_of(const goroutine& g) noexcept;

/// For how long it has waited, if it waits.
[[nodiscard]] std::uint32_t waited_ms(const goroutine& g, std::uint32_t now_ms) noexcept;

/// The lines of print_goroutine() below the first, for another than the caller's; or with frames that were kept.
void print_stack(int fd, goroutine& g, naming style = naming::demangled) noexcept;
void print_stack(int fd, const goroutine& g, void* const* frames, std::size_t n) noexcept;

/// The same into a buffer, as all_goroutines.cpp does it.
void print_header(report_buffer& out, const goroutine& g, std::uint32_t now_ms) noexcept;
void print_frames(report_buffer& out, void* const* frames, std::size_t n, naming style) noexcept;

/// The program counters of a goroutine other than the caller's; 0 if it has not begun, or runs and does not answer.
std::size_t frames_of(const goroutine& g, void** frames, std::size_t n) noexcept;

/// Whether it is on a thread, so that only that can tell where it is.
[[nodiscard]] bool is_elsewhere(const goroutine& g) noexcept;

/// Defined by the engine: the frames of one that is. In a process that ends, whatever it takes within some time; else
/// not if that could disturb it.
std::size_t frames_elsewhere(const goroutine& g, void** frames, std::size_t n) noexcept;

/// One line of a stack, without its end.
[[nodiscard]] std::string frame_text(void* pc);
inline constexpr std::size_t most_parking_frames = 3;

/// Those of a stack's frames that tell one place from another: without the innermost, which say how the scheduler
/// parked it, and without the outermost, which say how it began. Both differ among goroutines that do the same.
struct telling_part {
  std::size_t first = 0;
  std::size_t end = 0;
};
[[nodiscard]] telling_part telling_part_of(void* const* frames, std::size_t n) noexcept;

/// The program counters of one that waits, the innermost first; none if it runs, or waits on a thread of its own.
std::size_t copy_stack(const goroutine& g, void** frames, std::size_t most) noexcept;

/// Prints every goroutine that is not free, `here` (may be null) first. In a signal handler names must be as linked.
/// More than `most_shown_each` are shown by kind: those that were started on the same line and wait for the same reason
/// at the same place are counted, and one of them is shown.
inline constexpr std::size_t most_shown_each = 100;
void print_goroutines(int fd, goroutine* here, std::uint32_t now_ms, naming style = naming::demangled) noexcept;

/// Names the goroutine whose stack contains `address`, for the overflow report. False if there is none.
bool describe_stack(void* address, char* out, std::size_t size) noexcept;

}  // namespace weft::detail

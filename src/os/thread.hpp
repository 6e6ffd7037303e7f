// SPDX-License-Identifier: Apache-2.0
//
// Threads of the operating system: starting them, counting them, and learning of fork.
#pragma once

#include <cstddef>
#include <optional>

namespace weft::detail {

/// Enough for a worker's own loop, which calls no user code: goroutines have stacks of their own.
inline constexpr std::size_t worker_stack_size = 64 * 1024;

/// Starts a detached thread that runs f(arg). `name` (at most 15 characters) is what tools show. `stack_size` is
/// rounded up to what the system and a sanitizer need. Returns 0, or the errno of the failure: EAGAIN when the system
/// has no more threads to give.
[[nodiscard]] int start_thread(void (*f)(void* arg), void* arg, const char* name,
                               std::size_t stack_size = worker_stack_size) noexcept;

/// Threads of this process, as the kernel counts them; those of a sanitizer included. Nothing if /proc is not there.
/// Takes longer when there are more than `expected`.
[[nodiscard]] std::optional<std::size_t> process_threads(std::size_t expected = 0) noexcept;

/// From now on those are not counted that the kernel makes to do the work of io_uring: they never run the program's
/// code.
void leave_out_kernel_threads() noexcept;

/// As long as it lives its thread is not counted either: for threads of weft's own that run nothing of the program's
/// and can wake nobody.
class uncounted_thread {
 public:
  uncounted_thread() noexcept;
  uncounted_thread(const uncounted_thread&) = delete;
  uncounted_thread& operator=(const uncounted_thread&) = delete;
  ~uncounted_thread();
};

/// Lets f() be called in the child after each fork, where only the forking thread exists.
void on_fork_child(void (*f)()) noexcept;

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// The door to thread-local variables. A goroutine may go on, after any switch, on another thread, but compilers
// compute the address of a thread-local once per function and keep it (with -fPIC, under LTO, on aarch64 always). So
// each access goes through a function that is never inlined and that no optimiser sees through, and the result is not
// to be kept across anything that may switch.
//
// The engines keep two pointers per thread here, and these files do not know what they point to.
#pragma once

#include <cstdint>

namespace weft::detail {

/// The worker that the calling thread is; null on a thread that is none.
[[nodiscard]] void* this_worker() noexcept;
void set_this_worker(void* worker) noexcept;

/// How long the calling thread has waited for locks of one word (relax.cpp), in nanoseconds since the last take.
void add_lock_wait(std::int64_t time) noexcept;
[[nodiscard]] std::int64_t take_lock_wait() noexcept;

/// What an engine remembers of a thread that is no worker; null until set. `at_exit(record)` is called when the thread
/// ends with a record that is not null, after the destructors of its thread_local objects.
[[nodiscard]] void* this_thread_record() noexcept;
void set_this_thread_record(void* record, void (*at_exit)(void* record)) noexcept;

}  // namespace weft::detail

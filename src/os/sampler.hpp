// SPDX-License-Identifier: Apache-2.0
//
// Interrupting threads as they use up processor time, to see where they are. Each thread has a timer of its own: the
// kernel gives a signal of the whole process to whom it likes, mostly the first thread.
#pragma once

namespace weft::detail {

/// Called in a signal handler, on the thread's signal stack if it has one, with where the thread was.
using sample_function = void (*)(void* pc, void* fp);

/// For all threads of the process, and those that call join_sampling() later. 0 or errno; EBUSY: it is on.
[[nodiscard]] int start_sampling(int hz, sample_function sample) noexcept;
void stop_sampling() noexcept;

/// By a new thread.
void join_sampling() noexcept;

}  // namespace weft::detail

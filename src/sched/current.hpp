// SPDX-License-Identifier: Apache-2.0
//
// Which worker this thread is; null on a foreign thread. Each use is a call that no compiler looks into: the answer
// changes whenever a goroutine has been switched away, and compilers keep thread-local addresses across calls.
#pragma once

#include "os/thread_local.hpp"
#include "sched/worker.hpp"

namespace weft::detail {

[[nodiscard]] inline worker* current_worker() noexcept { return static_cast<worker*>(this_worker()); }

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// WEFT_DEBUG=schedtrace=MILLISECONDS[,scheddetail=1]: a line on standard error now and then, like Go's.
//
//   SCHED 1004ms: gomaxprocs=2 idleprocs=0 threads=4 runqueue=0 [3 0] goroutines=12 turns=48213 parks=24105 steals=3
//     (continued on the same line) wait=12us/1ms chan=35us/2ms lock=0us/0us sync=.. io=.. late=90us/1ms
//
// The counts and the two durations of each kind (median and 99 of 100; of the run queue, of waits, of how late timers
// are) are those of the interval that has passed.
#pragma once

#include "weft/detail/park.hpp"

namespace weft::detail {

/// The interval; 0: no trace is wanted. The same during the life of a process.
[[nodiscard]] nanoseconds schedtrace_interval() noexcept;

/// By the watchdog, whenever it looks: prints if it is time, and if there is memory for it.
void schedtrace(nanoseconds time) noexcept;

}  // namespace weft::detail

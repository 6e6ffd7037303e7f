// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace weft {

/// How many goroutines may run at the same moment. With n >= 1 sets it, while everything runs, up to 1024; with n < 1
/// only asks. Returns the previous value (P5). May be called from any thread.
int gomaxprocs(int n = 0);

/// The processors that the affinity mask of the process allows, at least 1, whatever gomaxprocs says (P5). Counted when
/// it is asked for, at the first call at the latest: whether a later change of the mask is seen is not promised.
[[nodiscard]] int num_cpu();

/// Goroutines that exist now: started and not yet ended. A snapshot.
[[nodiscard]] std::size_t num_goroutine();

/// Prints every goroutine with its state, what it waits for, since when, its stack and where it was started, to the
/// descriptor. SIGQUIT prints the same to standard error and ends the process with exit status 2 (D4).
void dump_goroutines(int fd = 2);

}  // namespace weft

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace weft::test {

/// Calls `child` in a process of its own and returns its exit status. The parent only watches: a run that takes longer
/// than `seconds` gets SIGQUIT, so that it prints its goroutines, and soon after SIGKILL; a child that ends in the
/// middle of a run is reported with what it was running.
int supervise(int seconds, const std::function<int()>& child);

/// In the child: this run begins. `what` names the test, the seed and the workers; cut at 500 characters.
void begin_run(const char* what);

/// In the child: it has ended.
void end_run();

}  // namespace weft::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "weft/run.hpp"

namespace weft::testing {

/// What the runtime holds at this moment; all zero when a drained run has ended (and nothing else is running).
struct census {
  std::size_t goroutines = 0;  // records that are not free
  std::size_t stacks = 0;      // stacks that a goroutine holds
  std::size_t waiters = 0;     // parties that are parked, foreign threads among them
};

[[nodiscard]] census count();

/// Waits until every other goroutine is blocked: under sim exactly; under sched until every other token is idle and
/// nothing is runnable. Deadlines do not count as runnable, and pinned goroutines are not waited for. Called from a
/// goroutine.
void settle();

}  // namespace weft::testing

namespace weft::sim {

/// Engine sim: runs `main` under the schedule that `seed` chooses, and waits for every goroutine it starts.
template <class F>
int run(std::uint64_t seed, F&& main, detail::site where = detail::site::here()) {
  run_options options;
  options.seed = seed;
  options.drain = true;
  return weft::run(std::forward<F>(main), options, where);
}

}  // namespace weft::sim

// SPDX-License-Identifier: Apache-2.0
//
// A sleeper's timer lies on its stack and is armed by the commit of its park: it cannot fire before the goroutine has
// left its stack, and nobody touches it after the sleeper is ready.
//
// A bounded sleep is a wait in which nothing can happen but its limit, with whichever of the two moments is earlier.
#include <algorithm>

#include "weft/detail/park.hpp"
#include "weft/time.hpp"

namespace weft::detail {

void sleep_to(nanoseconds when) {
  waiter self;
  timer_entry timer;
  timer.when = when;
  timer.arg = &self;
  timer.claim = [](timer_entry& due) noexcept { return static_cast<waiter*>(due.arg); };
  // A sleep without end has no timer: it is not activity that could still wake somebody.
  const auto commit = [](void* armed) {
    auto* entry = static_cast<timer_entry*>(armed);
    if (entry->when != never) arm(*entry);
  };
  park(self, wait_reason::sleep, nullptr, commit, &timer);
}

result<void> sleep_to(const wait_limit& limit, nanoseconds when) {
  const wait_limit earlier{std::min(limit.until, when), limit.by};
  const wait_end end = wait_in_vain(wait_reason::sleep, earlier);
  if (end == wait_end::timed_out && when <= limit.until) return {};  // it has slept to the end
  return error_of(end, limit);
}

}  // namespace weft::detail

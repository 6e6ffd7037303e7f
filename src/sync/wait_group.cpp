// SPDX-License-Identifier: Apache-2.0
//
// The slow half of a wait_group. The count and the mark that somebody waits are one word, so the done() that brings the
// count to zero learns in the same step whether it must let anybody go. If not, that step is its last touch: the
// waiter who sees zero may destroy the group at once. If so, the group lives until the waiters have been let go, and
// release_all touches it no more once its lock is free.
//
// Memory ordering: counting is acq_rel and looking acquires, so whoever sees zero sees what was done before each
// done(). The mark changes under the queue's lock: relaxed.
//
// Waiters are let go all together in one critical section, so that the group is as new before the first of them runs.
#include "weft/wait_group.hpp"

#include "weft/detail/panic.hpp"

namespace weft {

using namespace detail;

void wait_group::reached(std::int64_t now) {
  if (now < 0) panic("sync: negative WaitGroup counter");
  if ((now & has_waiters) == 0) return;
  queue_.lock();
  state_.fetch_and(~has_waiters, memory_order_relaxed);
  queue_.release_all(true);
}

void wait_group::wait_slow() {
  queue_.lock();
  // Marking and looking must be one step.
  if (state_.fetch_or(has_waiters, memory_order_acquire) >= one) {
    queue_.park_at_back(wait_reason::wait_group, this);
    return;
  }
  if (queue_.empty()) state_.fetch_and(~has_waiters, memory_order_relaxed);
  queue_.unlock();
}

void wait_group::destroyed_too_early() { panic("sync: WaitGroup destroyed while somebody waits for it"); }

}  // namespace weft

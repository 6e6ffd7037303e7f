// SPDX-License-Identifier: Apache-2.0
//
// The semantics are those of golang.org/x/sync/semaphore (reference E2). Everything is under the queue's lock.
//
// Invariant, whenever that lock is free: the first in the queue wants more units than are free, unless it is stale. So
// whoever comes to a queue that is not empty waits. Each change that could break it (a release, or somebody who gives
// up) is followed by letting in those in front, as many as fit.
//
// Whoever wants more than there are never queues: it must not keep the others from theirs.
#include "weft/semaphore.hpp"

#include "park/attempts.hpp"
#include "park/held_locks.hpp"
#include "weft/detail/panic.hpp"

namespace weft {

using namespace detail;

namespace {

std::int64_t wanted_by(const wait_node& node) noexcept { return *static_cast<const std::int64_t*>(node.slot); }

wait_end wait_in_vain(const void* object, const wait_limit& limit) {
  waiter self;
  self.contended = true;
  return park_within(
      self, wait_reason::semaphore, object, [](void*) {}, nullptr, limit);
}

}  // namespace

wait_end semaphore::acquire_within(const wait_limit& limit, std::int64_t k) {
  require_count(k);
  if (limit.called_off()) return wait_end::cancelled;
  if (take_if_free(k)) return wait_end::completed;
  const wait_end end = limit.passed() ? wait_end::timed_out : acquire_slow(limit, k);
  if (end != wait_end::completed && attempts_are_noted()) refused(k);
  return end;
}

wait_end semaphore::acquire_slow(const wait_limit& limit, std::int64_t k) {
  if (k > size_) return wait_in_vain(this, limit);
  queue_.lock();
  if (k <= free_ && queue_.empty()) {
    free_ -= k;
    if (locks_are_noted()) taken_here(k);
    queue_.unlock();
    return wait_end::completed;
  }
  if (attempts_are_noted() && k > 0 && wait_edge::is_endless(&limit)) note_waiting(this, wait_reason::semaphore);
  bool message = false;
  const wait_end end = queue_.park(queue_end::back, wait_reason::semaphore, this, &limit, message, &k);
  if (end != wait_end::completed)
    admit_and_unlock();
  else if (locks_are_noted())
    taken_here(k);
  if (end == wait_end::completed && attempts_are_noted()) note_arrived(this);
  return end;
}

void semaphore::taken_here(std::int64_t k) noexcept { note_held(this, wait_reason::semaphore, k); }

/// Nobody keeps anybody from more units than there are, or from none.
void semaphore::refused(std::int64_t k) const noexcept {
  if (k > 0 && k <= size_) note_refused(this, wait_reason::semaphore);
}

void semaphore::end_slow() noexcept {
  if (!queue_.empty()) queue_.forbid_waiters("weft: semaphore destroyed while somebody waits for it");
  if (locks_are_noted()) forget_held(this);
}

void semaphore::release(std::int64_t k) {
  require_count(k);
  queue_.lock();
  if (k > size_ - free_) panic("semaphore: released more than held");
  free_ += k;
  if (locks_are_noted()) note_left_here(this, k);
  admit_and_unlock();
}

/// Queue's lock held.
void semaphore::admit_and_unlock() {
  wait_list admitted;
  while (wait_node* const first = queue_.list().front()) {
    const std::int64_t k = wanted_by(*first);
    if (k > free_) break;
    if (!wait_queue::take(*first, admitted)) continue;
    free_ -= k;
    if (attempts_are_noted()) note_on_its_way(this);
  }
  queue_.unlock();
  wait_queue::let_go_all(admitted, true);
}

void semaphore::refuse_count() noexcept { panic("semaphore: negative number of units"); }

}  // namespace weft

// SPDX-License-Identifier: Apache-2.0
//
// Everything is under the queue's lock, except that the completion function runs without it: meanwhile arrived_ equals
// expected_, so whoever else arrives is one too many, and whoever wakes from a bounded wait sees that it cannot give up
// any more and waits for the end of the function, which finish() tells to all.
//
// finish() changes the phase and takes out all who wait in one critical section, which is its last touch of the
// barrier; so those who are let go may use it again or destroy it. A bounded waiter whose time passes just then is not
// taken: its node stays linked until it has come to the queue's lock and seen the new phase, and the destructor waits
// for it (destruction.cpp).
#include "weft/barrier.hpp"

#include "weft/detail/panic.hpp"

namespace weft::detail {

barrier_core::barrier_core(std::int64_t parties) : expected_(parties) {
  if (parties < 0) panic("barrier: negative number of parties");
}

wait_end barrier_core::arrive(const wait_limit& limit, bool& last) {
  if (limit.called_off()) return wait_end::cancelled;
  queue_.lock();
  require_room();
  last = ++arrived_ == expected_;
  if (last) {
    queue_.unlock();
    return wait_end::completed;
  }
  const std::uint64_t phase = phase_;
  bool message = false;
  const wait_end end = queue_.park_at_back(wait_reason::barrier, this, limit, message);
  if (end == wait_end::completed) return end;
  const bool complete = phase_ != phase || arrived_ == expected_;
  if (!complete) --arrived_;
  if (complete && phase_ == phase)
    queue_.park_at_back(wait_reason::barrier, this);
  else
    queue_.unlock();
  return complete ? wait_end::completed : end;
}

bool barrier_core::drop() {
  queue_.lock();
  require_room();
  const bool last = arrived_ == --expected_;
  queue_.unlock();
  return last;
}

void barrier_core::finish() noexcept {
  queue_.lock();
  ++phase_;
  arrived_ = 0;
  wait_list taken;
  wait_node* next = nullptr;
  for (wait_node* each = queue_.list().front(); each != nullptr; each = next) {
    next = queue_.list().next(*each);
    if (!each->who->claim()) continue;  // it unlinks itself
    wait_list::remove(*each);
    taken.push_back(*each);
  }
  queue_.unlock();
  wait_queue::let_go_all(taken, true);
}

/// Queue's lock held.
void barrier_core::require_room() {
  if (arrived_ >= expected_) panic("barrier: more arrive than are expected");
}

}  // namespace weft::detail

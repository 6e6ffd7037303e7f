// SPDX-License-Identifier: Apache-2.0
//
// A wait must be in the queue before the caller's lock is free, or a notification that comes in between would be lost;
// but that lock cannot be freed under the queue's, for its unlock may wake somebody. So the party enlists, unlocks, and
// parks: three steps, and a notifier may come after the first. Go solves this by numbers: who is notified before it has
// parked finds its number among those that are served. Here the ticket itself is in the queue, which also tells a
// notifier who has given up.
//
// Life of a ticket
//   enlisted   in the queue; nobody but a notifier can claim its waiter
//   parked     its party's commit has said so, in `meeting`; now also deadline and canceller can claim it
//   claimed    by a notifier, under the queue's lock, which unlinks it; or by the others: it is stale
//   notified   the notifier has said so, in `meeting`
// Of the last two words in `meeting`, whoever writes the second one wakes the party; the first touches it no more.
// The notifier touches the condition no more once the queue's lock is free, and a notified party not at all: so the
// condition may go when all are notified. One that has given up does, and unlinks itself; notifiers pass over it, and
// the destructor waits for it (destruction.cpp).
//
// Memory ordering: both exchanges of `meeting` are acq_rel, so that the second sees what the first has written: the
// notifier the party's `party`, the party its `winner`. The early look acquires for the same reason.
#include "weft/condition.hpp"

#include "sync/destruction.hpp"

namespace weft {

using namespace detail;

void condition::enlist(ticket& mine) noexcept {
  watch_for_exit();
  mine.self.contended = true;
  mine.who = &mine.self;
  queue_.lock();
  queue_.list().push_back(mine);
  queue_.unlock();
}

wait_end condition::block(ticket& mine, const wait_limit& limit) {
  if (mine.meeting.load(memory_order_acquire) == notified) return wait_end::completed;
  const wait_end end = park_within(mine.self, wait_reason::condition, this, commit, &mine, limit);
  if (end == wait_end::completed) return end;
  queue_.lock();
  wait_list::remove(mine);
  queue_.unlock();
  return end;
}

void condition::commit(void* arg) {
  ticket& mine = *static_cast<ticket*>(arg);
  if (mine.meeting.exchange(parked, memory_order_acq_rel) == notified) ready(mine.self);
}

/// Queue's lock held. False: it has given up, and unlinks itself.
bool condition::take(ticket& first) noexcept {
  if (!first.self.claim()) return false;
  wait_list::remove(first);
  return true;
}

/// No lock held.
void condition::wake(ticket& taken) noexcept {
  taken.self.winner = &taken;
  if (taken.meeting.exchange(notified, memory_order_acq_rel) == parked) ready(taken.self);
}

void condition::notify_one() noexcept {
  queue_.lock();
  wait_node* first = queue_.list().front();
  while (first != nullptr && !take(static_cast<ticket&>(*first))) first = queue_.list().next(*first);
  queue_.unlock();
  if (first != nullptr) wake(static_cast<ticket&>(*first));
}

void condition::notify_all() noexcept {
  wait_list taken;
  queue_.lock();
  wait_node* next = nullptr;
  for (wait_node* each = queue_.list().front(); each != nullptr; each = next) {
    next = queue_.list().next(*each);
    if (take(static_cast<ticket&>(*each))) taken.push_back(*each);
  }
  queue_.unlock();
  while (wait_node* each = taken.pop_front()) wake(static_cast<ticket&>(*each));
}

}  // namespace weft

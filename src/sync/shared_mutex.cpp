// SPDX-License-Identifier: Apache-2.0
//
// Everything is under the queue's lock: one locked instruction for each operation, as in Go's, whose readers pay one
// fetch-and-add. There is one queue for both kinds.
//
// Invariants, whenever the queue's lock is free
//   1. writing_ and readers_ > 0 exclude each other.
//   2. If neither holds, the queue is empty, but for stale waiters.
//   3. If readers_ > 0, the first in the queue is a writer: newcomers of both kinds queue behind it.
// Each change is followed by letting in whoever 2 and 3 are about. A writer's unlock first lets in all readers that
// wait, wherever they stand in the queue (M5); after them the writer in front. One who gives up does the same as who
// leaves: if it was the writer in front, the readers behind it go in, up to the next writer.
//
// A stale writer in front keeps new readers out for the moment until its party has come to unlink it.
//
// Rejected: Go's way, a count of readers that a writer drives below zero. A reader is counted there before it knows
// that it must wait, and one that gives up would have to take back a count that a writer may have added up already.
// An atomic word and a compare-exchange per reader: 10.4 ns instead of 5.5, and readers that fail repeat.
#include "weft/shared_mutex.hpp"

#include "park/attempts.hpp"
#include "park/goroutine.hpp"
#include "park/held_locks.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/wait_edge.hpp"

namespace weft {

using namespace detail;

namespace {

bool is_writer(const wait_node& node) noexcept { return node.slot != nullptr; }

wait_reason reason_of(bool writes) noexcept { return writes ? wait_reason::rwmutex_lock : wait_reason::rwmutex_rlock; }

}  // namespace

void shared_mutex::admit(kind who) noexcept {
  if (who == writer)
    writing_ = true;
  else
    ++readers_;
}

/// Queue's lock held: one who waits comes in, if it has not given up. Who reads alone is written down here, because it
/// does not come by the lock again.
void shared_mutex::let_in(kind who, wait_node& node, wait_list& admitted) noexcept {
  if (!wait_queue::take(node, admitted)) return;
  admit(who);
  if (attempts_are_noted()) note_on_its_way(this);
  if (who != reader) return;
  const bool known = readers_ == 1 && is_of_goroutine(*node.who);
  owner_.read_by(known ? party_of(*static_cast<const goroutine*>(node.who->party)) : nobody_known);
}

/// Queue's lock held: the caller comes in.
void shared_mutex::enter_locked(kind who) noexcept {
  if (who == writer)
    owner_.take_slowly();
  else
    owner_.read_alone(readers_ == 0);
  admit(who);
  if (locks_are_noted()) [[unlikely]]
    note_held(this, reason_of(who));
}

bool shared_mutex::try_enter(kind who) noexcept {
  queue_.lock();
  const bool entered = free_for(who);
  if (entered) enter_locked(who);
  queue_.unlock();
  return entered;
}

bool shared_mutex::try_once(kind who) noexcept {
  const bool entered = try_enter(who);
  if (!entered && attempts_are_noted()) [[unlikely]]
    note_refused(this, reason_of(who));
  return entered;
}

wait_end shared_mutex::enter(kind who, const wait_limit& limit) {
  if (limit.called_off()) return wait_end::cancelled;
  if (try_enter(who)) return wait_end::completed;
  const wait_end end = limit.passed() ? wait_end::timed_out : wait_if_need_be(who, limit);
  if (end != wait_end::completed && attempts_are_noted()) note_refused(this, reason_of(who));
  return end;
}

wait_end shared_mutex::wait_if_need_be(kind who, const wait_limit& limit) {
  queue_.lock();
  if (!free_for(who)) return wait(who, limit);
  enter_locked(who);
  queue_.unlock();
  return wait_end::completed;
}

/// Queue's lock held, which it frees.
wait_end shared_mutex::wait(kind who, const wait_limit& limit) {
  const wait_reason reason = reason_of(who);
  // Who reads waits for the writer who writes, or for the one who is to write before him.
  const wait_edge* const in_front = who == reader && !writing_ ? writer_in_front() : nullptr;
  wait_edge edge = in_front == nullptr ? wait_edge(&limit, reason, this, owner_,
                                                   who == writer ? wait_target::owner : wait_target::writer)
                                       : wait_edge(&limit, reason, this, owner_, *in_front);
  if (edge.endless && attempts_are_noted() && !free_for(who)) note_waiting(this, reason);
  queue_.unlock();
  edge.announce();
  queue_.lock();
  if (free_for(who)) {
    enter_locked(who);
    queue_.unlock();
    return wait_end::completed;
  }
  bool message = false;
  const wait_end end = queue_.park(queue_end::back, reason, this, &limit, message, who == writer ? this : nullptr,
                                   edge.listed() ? &edge : nullptr);
  if (end == wait_end::completed && who == writer) owner_.take_slowly();
  if (end == wait_end::completed && locks_are_noted()) note_held(this, reason);
  if (end == wait_end::completed && attempts_are_noted()) note_arrived(this);
  if (end != wait_end::completed) {
    wait_list admitted;
    admit_those_in_front(admitted);
    queue_.unlock();
    wait_queue::let_go_all(admitted, true);
  }
  return end;
}

void shared_mutex::end_slow() noexcept {
  if (!queue_.empty()) queue_.forbid_waiters("weft: shared_mutex destroyed while somebody waits for it");
  if (locks_are_noted()) forget_held(this);
}

void shared_mutex::unlock() {
  queue_.lock();
  if (!writing_) fatal("sync: Unlock of unlocked RWMutex");
  if (!queue_.empty()) note_unlock(this, owner_.who());
  if (locks_are_noted()) note_left_here(this);
  owner_.leave();
  writing_ = false;
  wait_list admitted;
  admit_waiting_readers(admitted);
  admit_those_in_front(admitted);
  queue_.unlock();
  wait_queue::let_go_all(admitted, true);
}

/// Queue's lock held. None, if it may give up, and so is no edge.
const wait_edge* shared_mutex::writer_in_front() noexcept {
  const wait_node* const first = queue_.list().front();
  return first != nullptr && is_writer(*first) ? first->edge : nullptr;
}

/// Queue's lock held, which it frees.
void shared_mutex::reader_leaves() {
  if (readers_ == 0) fatal("sync: RUnlock of unlocked RWMutex");
  if (!queue_.empty()) note_unlock(this, owner_.who());
  if (locks_are_noted()) note_left_here(this);
  owner_.leave();
  --readers_;
  wait_list admitted;
  admit_those_in_front(admitted);
  queue_.unlock();
  wait_queue::let_go_all(admitted, true);
}

/// Queue's lock held.
void shared_mutex::admit_waiting_readers(wait_list& admitted) noexcept {
  wait_node* next = nullptr;
  for (wait_node* node = queue_.list().front(); node != nullptr; node = next) {
    next = queue_.list().next(*node);
    if (!is_writer(*node)) let_in(reader, *node, admitted);
  }
}

/// Queue's lock held: as many as the state allows.
void shared_mutex::admit_those_in_front(wait_list& admitted) noexcept {
  while (wait_node* const first = queue_.list().front()) {
    const kind who = is_writer(*first) ? writer : reader;
    if (writing_ || (who == writer && readers_ > 0)) return;
    let_in(who, *first, admitted);
  }
}

}  // namespace weft

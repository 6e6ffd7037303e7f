// SPDX-License-Identifier: Apache-2.0
//
// Timed channels: the due moment, lazily (reference T2 to T8; Go has had such timers since 1.23).
//
// A receive takes the lock and compares due_ with the clock. If the moment has come it is the value, and due_ moves on:
// to the first tick of the period that is yet to come, or to never. If not, the receiver waits like any other, and the
// alarm (alarm.hpp) is set while anybody does: linking and unlinking a receiver end in follow_timed(). When the alarm
// goes off, the first who waits gets the moment.
//
// Exactly one truth (T7). stop() and reset() change due_ under the same lock under which a receive takes it. So either
// the moment had been taken, and they say false; or it had not, they say true, and it never will be, because it was
// nowhere but in due_.
//
// First come, first served (C6). The moment may have come while somebody waits and the alarm is late. A newcomer then
// serves those who wait first, and looks again; each round takes a tick or empties the list, so it ends.
//
// Looking without the lock (channel_core.hpp) must find one instant at which a set of channels was not ready, and here
// time itself changes the answer. is_due() reads version and due_ under the lock, and the clock before. Every change of
// due_ raises the version, so equal sums mean that due_ was the same from the first reading to the second, and at the
// instant P between them. That a moment has come counts into the sum as a word that grows from 0 to 1 (it becomes 0
// only with a new version, which weighs more). So if the sums are equal and the first look said "not ready", the second
// one did too, with a clock read after P: at P the moment had not come.
//   select cannot go round for ever there: choose_locked() holds the locks, under which what is due stays due.
//
// Who keeps it alive: its handles, and the timer heap while the alarm is set, that is, while a party with a handle
// waits. When the last handle goes the alarm is off, and everything is freed at once.
//
// Memory ordering: due_ and period_ are read and written under the lock; the version as state_ in channel_core.hpp.
#include "weft/detail/timed_channel.hpp"

#include <new>

namespace weft::detail {

const channel_type timed_channel::operations = {attempt_send_erased, attempt_recv_erased, destroy};

timed_channel::timed_channel(nanoseconds due, nanoseconds period) noexcept
    : base(operations, 0), due_(due), period_(period), alarm_(came_due, this) {
  state_.store(timed, memory_order_relaxed);  // nobody else knows of it yet
}

timed_channel* timed_channel::create(nanoseconds due, nanoseconds period) {
  void* const memory = allocate_channel(sizeof(timed_channel), 0, 0, alignof(timed_channel));
  return ::new (memory) timed_channel(due, period);
}

void timed_channel::destroy(channel_core& channel) noexcept {
  auto& self = static_cast<timed_channel&>(channel);
  self.~timed_channel();
  free_channel(&self, alignof(timed_channel));
}

bool timed_channel::set(nanoseconds due, nanoseconds period) noexcept {
  lock();
  const bool was_active = due_ != never;
  due_ = due;
  period_ = period;
  raise_version();
  alarm_.follow_and_unlock(*this);
  return was_active;
}

/// Lock held, and due. The value of a receive; what comes next is set.
clock::time_point timed_channel::take_moment(nanoseconds time) noexcept {
  const nanoseconds moment = due_;
  due_ = never;
  if (period_ != 0) {
    const nanoseconds since_last = (time - moment) % period_;
    if (period_ - since_last < never - time) due_ = time + (period_ - since_last);
  }
  raise_version();
  return clock::time_point(clock::duration(moment));
}

/// Lock held, and due. The first who waits has the moment; it is to be completed without the lock. Null: nobody waits.
wait_node* timed_channel::serve_first(nanoseconds time) noexcept {
  wait_node* const first = receivers_.empty() ? nullptr : take_receiver();
  if (first != nullptr) static_cast<std::optional<clock::time_point>*>(first->slot)->emplace(take_moment(time));
  return first;
}

/// attempt_recv: lock held, and if it fails also afterwards, but not throughout.
bool timed_channel::attempt(std::optional<clock::time_point>& result) {
  for (;;) {
    const nanoseconds time = now();
    if (time < due_) return false;
    wait_node* const other = serve_first(time);
    if (other == nullptr) result.emplace(take_moment(time));
    alarm_.follow_and_unlock(*this);
    if (other == nullptr) return true;
    complete(*other, true);
    lock();
  }
}

void timed_channel::came_due(timer_entry& entry) noexcept {
  auto& self = *static_cast<timed_channel*>(entry.arg);
  self.lock();
  self.alarm_.went_off();
  const nanoseconds time = now();
  wait_node* const first = time < self.due_ ? nullptr : self.serve_first(time);
  self.alarm_.follow_and_unlock(self);
  if (first != nullptr) complete(*first, true);
  self.release();
}

// What channel_core asks of those of its objects that are timed.

bool channel_core::attempt_timed(void* slot) {
  return static_cast<timed_channel*>(this)->attempt(*static_cast<std::optional<clock::time_point>*>(slot));
}

bool channel_core::is_due(std::uint64_t& sum) const noexcept {
  const nanoseconds time = now();
  lock_.lock();
  const bool due = time >= static_cast<const timed_channel*>(this)->due_;
  sum += state_.load(memory_order_relaxed) + (due ? 1 : 0);
  lock_.unlock();
  return due;
}

bool channel_core::timed_would_block() const noexcept {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  return !is_due(first) && !is_due(second) && first == second;
}

bool channel_core::is_due_locked() const noexcept { return now() >= static_cast<const timed_channel*>(this)->due_; }

void channel_core::follow_timed() noexcept {
  auto& self = *static_cast<timed_channel*>(this);
  self.alarm_.follow_and_unlock(self);
}

}  // namespace weft::detail

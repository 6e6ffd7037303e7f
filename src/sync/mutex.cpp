// SPDX-License-Identifier: Apache-2.0
//
// The mutex when it is contended.
//
// The fast paths are in the header: lock is one bit-test-and-set, unlock one fetch_sub, and each succeeds alone when
// nobody waits. `locked` is written without the queue's lock; `waiting`, `waking` and `handing` change only under it.
//
// Life of a waiter
//   lock_slow   under the queue's lock sets `waiting` and, in the same step, tries `locked` once more: either it has the
//               mutex, or the owner will see `waiting` in the value that its fetch_sub returns. Parks.
//   woken       by an unlock that sets `waking`, so that further unlocks wake nobody while this one is on its way. It
//               competes: tries `locked`, which a newcomer may have taken.
//   woken in vain  goes back to the front of the queue and sets `handing` (again trying `locked` in the same step).
//   handed      unlock sees `handing` before it would clear `locked`: it leaves `locked` set and makes the first waiter
//               the owner. An unlock that read the state just before `handing` was set has cleared `locked`; it takes
//               the lock back to hand it over, unless a newcomer was faster, whose own unlock then sees `handing`.
// So after its wake-up a waiter is overtaken by those who come before it runs, and then by at most one more per thread
// that was between the two steps of unlock (M2, bounded bypass).
//
// The last touch. A mutex may be destroyed by whoever locks it after the last unlock, so an unlock that finds nobody
// waiting touches nothing after its fetch_sub. One that finds somebody may: the mutex lives while others wait for it.
//
// Rejected: the two words `locked` and `waiters` with an exchange and a load. The load comes after the lock is free,
// when the mutex may be gone.
#include "weft/mutex.hpp"

#include "weft/detail/panic.hpp"

namespace weft {

using namespace detail;

void mutex::lock_slow() {
  queue_.lock();
  // acquire: pairs with unlock's release. Setting `waiting` and trying `locked` must be one step.
  if ((state_.fetch_or(locked | waiting, memory_order_acquire) & locked) == 0) {
    if (queue_.empty()) state_.fetch_and(~waiting, memory_order_relaxed);  // relaxed: the queue's lock orders the bits
    queue_.unlock();
    return;
  }
  bool owner = queue_.park_at_back(wait_reason::mutex_lock, this);
  while (!owner) owner = compete() || wait_again();
}

/// After a wake-up. True: the lock is ours.
bool mutex::compete() {
  const bool won = (state_.fetch_or(locked, memory_order_acquire) & locked) == 0;
  if (won) state_.fetch_and(~waking, memory_order_relaxed);
  return won;
}

/// Woken in vain. True: the lock is ours, handed over or taken.
bool mutex::wait_again() {
  queue_.lock();
  state_.fetch_and(~waking, memory_order_relaxed);
  const std::uint32_t was = state_.fetch_or(locked | waiting | handing, memory_order_acquire);
  if ((was & locked) == 0) {
    state_.fetch_and(queue_.empty() ? ~(waiting | handing) : ~handing, memory_order_relaxed);
    queue_.unlock();
    return true;
  }
  return queue_.park_at_front(wait_reason::mutex_lock, this);
}

void mutex::unlock_slow(std::uint32_t was) {
  if ((was & locked) == 0) fatal("sync: unlock of unlocked mutex");
  if ((was & handing) != 0) {
    // Take it back to hand it over; if somebody else has it by now, his unlock will.
    if ((state_.fetch_or(locked, memory_order_acquire) & locked) == 0) hand_over();
    return;
  }
  if ((was & waiting) != 0 && (was & waking) == 0) wake_one();
}

/// The lock is ours: makes the first waiter its owner.
void mutex::hand_over() {
  queue_.lock();
  wait_node* heir = queue_.take_one();
  state_.fetch_and(queue_.empty() ? ~(waiting | handing) : ~handing, memory_order_relaxed);
  queue_.unlock();
  if (heir != nullptr) return wait_queue::let_go(*heir, true);
  unlock();
}

/// The lock is free: lets the first waiter try.
void mutex::wake_one() {
  queue_.lock();
  wait_node* first = (state_.load(memory_order_relaxed) & (waking | handing)) != 0 ? nullptr : queue_.take_one();
  if (first != nullptr) {
    state_.fetch_or(waking, memory_order_relaxed);
    if (queue_.empty()) state_.fetch_and(~waiting, memory_order_relaxed);
  }
  queue_.unlock();
  if (first != nullptr) wait_queue::let_go(*first, false);
}

}  // namespace weft

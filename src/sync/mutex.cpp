// SPDX-License-Identifier: Apache-2.0
//
// The mutex when it is contended.
//
// The fast paths are in the header: lock is one bit-test-and-set of `locked`, unlock one compare-exchange from `locked`
// to 0, and each succeeds alone when nobody waits. The other bits change only under the queue's lock.
//
// Life of a waiter
//   lock_slow  under the queue's lock sets `waiting` and, in the same step, tries `locked` once more: either it has
//              the mutex, or the owner's compare-exchange will fail. Parks.
//   woken      by an unlock that sets `waking`, so that further unlocks wake nobody while this one is on its way. It
//              competes: tries `locked`, which a newcomer may have taken.
//   in vain    goes back to the front of the queue and sets `handing`, again trying `locked` in the same step.
//   handed     an unlock that finds `handing` does not clear `locked` but makes the first waiter the owner.
// So a waiter is overtaken, after its wake-up, only by those who come before it runs; from then on by nobody (M2).
//
// The last touch. Whoever locks the mutex after us may destroy it, so clearing `locked` is an unlock's last touch of
// the mutex; whom to wake is found before, while the lock is still ours. The waiter, on its own stack, waits for us.
//
// Memory ordering. `locked` as in the header. The other bits are written under the queue's lock, which orders them:
// relaxed.
//
// Rejected: fetch_sub for unlock, which is no faster than the compare-exchange (measured: 8.7 and 9.0 ns for the pair)
// and has freed the lock before it knows that somebody waits; and an exchange of a second word, for the same reason.
#include "weft/mutex.hpp"

#include "weft/detail/panic.hpp"

namespace weft {

using namespace detail;

void mutex::lock_slow() {
  queue_.lock();
  if ((state_.fetch_or(locked | waiting, memory_order_acquire) & locked) == 0) {
    if (queue_.empty()) state_.fetch_and(~waiting, memory_order_relaxed);
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

/// Woken in vain. True: the lock is ours, taken just now or handed over.
bool mutex::wait_again() {
  queue_.lock();
  const std::uint32_t was = state_.fetch_or(locked | waiting | handing, memory_order_acquire);
  if ((was & locked) != 0) {
    state_.fetch_and(~waking, memory_order_relaxed);
    return queue_.park_at_front(wait_reason::mutex_lock, this);
  }
  state_.fetch_and(queue_.empty() ? ~(waiting | waking | handing) : ~(waking | handing), memory_order_relaxed);
  queue_.unlock();
  return true;
}

/// The lock is ours, with a state other than plain `locked`.
void mutex::unlock_slow(std::uint32_t state) {
  wait_node* woken = nullptr;
  for (;;) {
    if ((state & locked) == 0) fatal("sync: unlock of unlocked mutex");
    if ((state & handing) != 0) return wait_queue::let_go(*take_waiter(0), true);
    if (woken == nullptr && (state & waiting) != 0 && (state & waking) == 0) {
      woken = take_waiter(waking);
      state = state_.load(memory_order_relaxed);
    }
    if (state_.compare_exchange_weak(state, state & ~locked, memory_order_release, memory_order_relaxed)) break;
  }
  if (woken != nullptr) wait_queue::let_go(*woken, false);
}

/// The lock is ours and somebody waits: takes the first waiter out and sets the bits `set`.
wait_node* mutex::take_waiter(std::uint32_t set) {
  queue_.lock();
  wait_node* const first = queue_.take_one();
  state_.fetch_or(set, memory_order_relaxed);
  state_.fetch_and(queue_.empty() ? ~(waiting | handing) : ~handing, memory_order_relaxed);
  queue_.unlock();
  return first;
}

}  // namespace weft

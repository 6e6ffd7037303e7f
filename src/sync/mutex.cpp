// SPDX-License-Identifier: Apache-2.0
//
// The mutex when it is contended.
//
// The fast paths are in the header: lock is one bit-test-and-set of `locked`, unlock one compare-exchange from `locked`
// to 0, and each succeeds alone when nobody waits. The other bits change only under the queue's lock, but for a count
// of unlocks, which is the owner's.
//
// Life of a waiter
//   lock_slow  under the queue's lock sets `waiting` and, in the same step, tries `locked` once more: either it has
//              the mutex, or the owner's compare-exchange will fail. Parks.
//   woken      by an unlock that sets `waking`, so that further unlocks wake nobody while this one is on its way. It
//              competes: tries `locked`, which a newcomer may have taken. An unlock that finds it on its way for more
//              than `patience` gives way: perhaps it waits for this very worker.
//   in vain    goes back to the front of the queue and sets `handing`, again trying `locked` in the same step.
//   handed     an unlock that finds `handing` does not clear `locked` but makes the first waiter the owner. If that one
//              has waited for more than `patience`, `handing` stays set for the next, and the unlocker gives way.
//   gave up    a bounded wait: unlinks itself and, if it was the last, clears `waiting` and `handing`.
// So a waiter is overtaken, after its wake-up, only by those who come before it runs; from then on by nobody. And when
// the queue has become so long that its first has waited for 1 ms, newcomers overtake nobody until that is over: this
// is Go's starvation mode, with Go's millisecond (M2).
//
// Who has given up is not always the one who set `handing`. If others wait, the bit stays, and the first of them gets
// the lock without having been woken in vain: fair to all. An unlock that finds only stale waiters clears the bits with
// the last of them, and looks again. `waking` belongs to a waiter that was claimed, and no such waiter gives up before
// it has queued again, which clears it.
//
// The last touch. Whoever locks the mutex after us may destroy it, so clearing `locked` is an unlock's last touch of
// the mutex; whom to wake is found before, while the lock is still ours. The waiter, on its own stack, waits for us.
//
// Memory ordering. `locked` as in the header. The other bits are written under the queue's lock, which orders them:
// relaxed. The model (test/model/mutex_model.cpp) runs this code.
//
// Rejected: fetch_sub for unlock, which is no faster than the compare-exchange (measured: 8.7 and 9.0 ns for the pair)
// and has freed the lock before it knows that somebody waits; and an exchange of a second word, for the same reason.
#include "weft/mutex.hpp"

#include "park/lock_order.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/wait_edge.hpp"

namespace weft {

using namespace detail;

namespace {

constexpr nanoseconds patience = 1'000'000;

// With `waking` its moment is kept in the upper bits, in units of 65 us; these go round in 18 minutes. Below it the
// unlocks are counted since then, modulo eight: a clock read at each of them would cost more than all the rest.
constexpr int tick_shift = 16;
constexpr std::uint32_t tick_place = 8;
constexpr std::uint32_t one_unlock = 32;
constexpr std::uint32_t all_unlocks = 7 * one_unlock;
constexpr std::uint32_t all_ticks = ~std::uint32_t{0} << tick_place | all_unlocks;

std::uint32_t tick_now() noexcept { return static_cast<std::uint32_t>(now() >> tick_shift) << tick_place; }

/// Looks at the clock every eighth time.
bool has_been_woken_long(std::uint32_t state) noexcept {
  return (state & all_unlocks) == all_unlocks &&
         ((tick_now() - (state & ~all_unlocks)) >> tick_place) > static_cast<std::uint32_t>(patience >> tick_shift);
}

/// The state after an unlock during which somebody is on his way.
std::uint32_t count_unlock(std::uint32_t state) noexcept {
  return (state & ~all_unlocks) | ((state + one_unlock) & all_unlocks);
}

nanoseconds waiting_since(const wait_node& node) noexcept { return *static_cast<const nanoseconds*>(node.slot); }

}  // namespace

wait_end mutex::lock_within(const wait_limit& limit) {
  if (limit.called_off()) return wait_end::cancelled;
  if (take_if_free()) return wait_end::completed;
  const wait_end end = limit.passed() ? wait_end::timed_out : lock_slow(&limit);
  if (end != wait_end::completed && attempts_are_noted()) note_refused(this, wait_reason::mutex_lock);
  return end;
}

/// Completed: the lock is ours. A null limit: for ever.
wait_end mutex::lock_slow(const wait_limit* limit) {
  wait_edge edge(limit, wait_reason::mutex_lock, this, owner_);
  if (edge.endless && attempts_are_noted()) note_waiting(this, wait_reason::mutex_lock);
  edge.announce();
  nanoseconds since = now();
  queue_end where = queue_end::back;
  std::uint32_t own = 0;  // the bits that are there because of us
  for (;;) {
    queue_.lock();
    if ((state_.fetch_or(locked | waiting | (own & handing), memory_order_acquire) & locked) == 0) {
      if ((own & waking) != 0) own |= all_ticks;
      state_.fetch_and(queue_.empty() ? ~(waiting | own) : ~own, memory_order_relaxed);
      queue_.unlock();
      taken(edge.endless);
      return wait_end::completed;
    }
    if ((own & waking) != 0) state_.fetch_and(~(waking | all_ticks), memory_order_relaxed);
    bool handed = false;
    const wait_end end = queue_.park(where, wait_reason::mutex_lock, this, limit, handed, &since);
    if (end != wait_end::completed) {
      give_up();
      return end;
    }
    if (handed || compete()) {
      taken(edge.endless);
      return wait_end::completed;
    }
    where = queue_end::front;
    own = waking | handing;
  }
}

/// The lock is ours, but it is not written down whose it is. `may_have_waited`: for as long as it takes.
void mutex::taken(bool may_have_waited) noexcept {
  owner_.take_slowly();
  if (!locks_are_watched()) return;
  const bool known = (state_.fetch_or(watched, memory_order_relaxed) & watched) != 0;
  if (!known) forget_lock(this);  // of another, which was here and was never destroyed
  note_taken(this, owner_.who(), may_have_waited);
}

void mutex::end_slow() noexcept {
  const std::uint32_t state = state_.load(memory_order_relaxed);
  if ((state & waiting) != 0) queue_.forbid_waiters("weft: mutex destroyed while somebody waits for it");
  if ((state & watched) != 0) forget_lock(this);
}

/// After a wake-up. True: the lock is ours.
bool mutex::compete() {
  const bool won = (state_.fetch_or(locked, memory_order_acquire) & locked) == 0;
  if (won) state_.fetch_and(~(waking | all_ticks), memory_order_relaxed);
  return won;
}

/// Queue's lock held, which it frees; our node is out of the queue.
void mutex::give_up() {
  if (queue_.empty()) state_.fetch_and(~(waiting | handing), memory_order_relaxed);
  queue_.unlock();
}

/// The lock is ours, with a state other than plain `locked`.
void mutex::unlock_slow(std::uint32_t state, party_number owner) {
  note_unlock(this, owner);
  if ((state & watched) != 0) note_freed(this, owner);
  wait_node* woken = nullptr;
  const bool overdue = (state & waking) != 0 && has_been_woken_long(state & all_ticks);
  for (;;) {
    if ((state & locked) == 0) fatal("sync: unlock of unlocked mutex");
    if ((state & handing) != 0) {
      if (hand_over()) return;
      state = state_.load(memory_order_relaxed);
    } else if (woken == nullptr && (state & (waiting | waking)) == waiting) {
      woken = take_waiter();
      state = state_.load(memory_order_relaxed);
    } else {
      const std::uint32_t freed = ((state & waking) != 0 ? count_unlock(state) : state) & ~locked;
      if (state_.compare_exchange_weak(state, freed, memory_order_release, memory_order_relaxed)) break;
    }
  }
  if (woken != nullptr) wait_queue::let_go(*woken, false);
  if (overdue) detail::yield();
}

/// The lock is ours and the first waiter has a right to it. False: nobody waits any more.
bool mutex::hand_over() {
  const nanoseconds time = now();
  queue_.lock();
  wait_node* const first = queue_.take_one();
  const bool starved = first != nullptr && time - waiting_since(*first) > patience;
  const std::uint32_t over = queue_.empty() ? waiting | handing : starved ? 0 : handing;
  state_.fetch_and(~over, memory_order_relaxed);
  queue_.unlock();
  if (first == nullptr) return false;
  wait_queue::let_go(*first, true);
  if (starved) detail::yield();
  return true;
}

/// The lock is ours and somebody seems to wait: takes the first waiter out, whom the caller will wake. Null: nobody.
wait_node* mutex::take_waiter() {
  queue_.lock();
  wait_node* const first = queue_.take_one();
  if (first != nullptr) state_.fetch_or(waking | tick_now(), memory_order_relaxed);
  if (queue_.empty()) state_.fetch_and(~waiting, memory_order_relaxed);
  queue_.unlock();
  return first;
}

}  // namespace weft

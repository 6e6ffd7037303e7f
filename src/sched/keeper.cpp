// SPDX-License-Identifier: Apache-2.0
//
// The keeper: the one idle worker that sleeps only until something is due.
//
// Of all idle workers one watches the clock and the descriptors; the others sleep without limit. It waits in the
// poller if somebody waits for a descriptor, else on its futex word, until the earliest deadline of all tokens. When
// that comes it takes an idle token and goes to work, where the due timers fire (find_work.cpp). If all tokens are
// busy, their workers are asked to look at their own deadlines at the next switch.
//
// The deadlines of foreign threads the keeper fires itself, in whatever phase: they need no token.
//
// When the keeper is woken for other work nobody keeps: a worker runs, looks at its own deadlines as it goes, and the
// next one to go idle keeps; meanwhile the watchdog sees to overdue deadlines of others (a millisecond late at worst).
//
// Who arms a deadline earlier than the keeper's must tell it. Armer: publish the heap's earliest, then read
// keeper_until. Keeper: publish keeper_until, then read all heaps' earliest. All four are seq_cst, so one of the two
// sees the other (Dekker again; this one is rare enough to pay for plain seq_cst).
//
// The same for the first descriptor that is waited for: a keeper that sleeps on its word must go to the poller.
//
// A program that waits for foreign threads only is looked at now and then (`recheck`), because such a thread may end
// and leave a deadlock behind without telling anybody.
//
// Memory ordering: `attention` is a hint, relaxed. Lists of tokens are acquired, pairing with make_token's release.
#include <algorithm>

#include "os/clock.hpp"
#include "os/futex.hpp"
#include "park/watch.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"

namespace weft::detail {
namespace {

constexpr nanoseconds first_recheck = 1'000'000'000;
constexpr nanoseconds last_recheck = 64'000'000'000;
constexpr nanoseconds hand_over_time = 50'000;

void ask_for_attention() noexcept {
  const std::uint32_t n = the.made.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < n; ++i) {
    worker* const owner = the.tokens[i].load(memory_order_acquire)->owner.load(memory_order_acquire);
    if (owner != nullptr) owner->attention.store(true, memory_order_relaxed);
  }
}

/// One thread at a time sleeps in the poller: a second one, the next keeper, would take the wake-up that is meant for
/// the first, which has been given work and has not run yet.
bool begin_polling() noexcept {
  bool nobody = false;
  return the.polled.compare_exchange_strong(nobody, true, memory_order_seq_cst);
}

/// Foreign threads need no token to go on, and no run.
void fire_outside() {
  if (the.outside_timers.earliest() > monotonic_ns()) return;
  count_active();
  run_timers(the.outside_timers, monotonic_ns());
  count_inactive();
}

/// Wakes those who were taken: from the token it got up with, or through the global queue if it has
/// none, or has lost it again.
void wake_all(worker& w, wait_list& taken, bool up) {
  if (up) static_cast<void>(w.lock.enter());  // if not, it is outside
  wake_taken(taken);
}

/// Only the keeper's own: one that has been woken and has not run yet must not speak for the next.
void announce_until(const worker& w, nanoseconds until) noexcept {
  the.rest_lock.lock();
  if (the.keeper == &w) the.keeper_until.store(until, memory_order_seq_cst);
  the.rest_lock.unlock();
}

}  // namespace

bool keep_watch(worker& w) {
  std::uint32_t expected = nudged;
  w.wake.compare_exchange_strong(expected, asleep, memory_order_seq_cst);
  const nanoseconds until = earliest_deadline();
  announce_until(w, until);
  wait_list taken;
  bool took = false;
  bool looked_long = false;
  if (earliest_deadline() >= until) {
    const nanoseconds time = monotonic_ns();
    const bool watches = the.descriptors.load(memory_order_seq_cst) != 0;
    const bool polls = watches && begin_polling();
    nanoseconds limit = until == never ? (polls ? -1 : w.recheck) : until > time ? until - time : 0;
    if (watches && !polls) limit = std::min(limit, hand_over_time);
    w.polling.store(polls, memory_order_seq_cst);
    if (w.wake.load(memory_order_seq_cst) == asleep) {
      if (polls)
        took = poll_watchers(taken, limit);
      else
        looked_long = futex_wait(w.wake, asleep, limit) && until == never && !watches;
    }
    w.polling.store(false, memory_order_seq_cst);
    if (polls) the.polled.store(false, memory_order_seq_cst);
  }
  announce_until(w, -1);
  fire_outside();
  if (looked_long) {
    w.recheck = w.recheck < last_recheck ? 2 * w.recheck : last_recheck;
    if (the.active.load(memory_order_seq_cst) == 0) check_deadlock();
  } else {
    w.recheck = first_recheck;
  }
  const bool due = earliest_deadline() <= monotonic_ns();
  // Looked at when those who were taken count as active: either stop() waits for us, or we see that it has begun, and
  // whom the descriptors would wake stays where he is.
  const bool runs = the.at.load(memory_order_seq_cst) == phase::running;
  if (!took && !(runs && (due || work_visible()))) return false;
  const bool up = runs && get_up(w, false);
  if (took) {
    wake_all(w, taken, up);
    count_inactive();
  }
  if (!up && due) {
    ask_for_attention();
    futex_wait(w.wake, asleep, 1'000'000);
  }
  return up;
}

void deadline_armed(nanoseconds when) noexcept {
  if (when < the.keeper_until.load(memory_order_seq_cst)) nudge_keeper();
}

void nudge_keeper() noexcept {
  the.rest_lock.lock();
  worker* const k = the.keeper;
  std::uint32_t expected = asleep;
  const bool nudge = k != nullptr && k->wake.compare_exchange_strong(expected, nudged, memory_order_seq_cst);
  the.rest_lock.unlock();
  if (!nudge) return;
  if (k->polling.load(memory_order_seq_cst))
    break_poll();
  else
    futex_wake(k->wake, 1);
}

}  // namespace weft::detail

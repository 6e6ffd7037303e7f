// SPDX-License-Identifier: Apache-2.0
//
// A worker's loop; how it goes to sleep and is woken; how threads are made and given back.
//
// Going to sleep follows idle.hpp: the worker puts its token and itself on the idle lists and counts itself out under
// the rest lock, passes a heavy fence, looks at everything once more, and only then waits on its futex word. Whoever
// wakes it takes a token and a worker off the lists, ties them together, counts them in as searching, and sets the
// word. A worker that finds something in its last look takes itself off the lists again, if nobody else has by then.
//
// One idle worker is the keeper (keeper.cpp): it sleeps only until the next deadline or descriptor. The others sleep
// until woken; one that has slept for `patience` while others slept too ends its thread (its record stays, for the next
// thread). So a burst of blocking calls leaves no threads behind.
//
// Who has found work wakes two more (idle.hpp), unless there are already as many active workers as processors: then
// more of them only take turns.
//
// Memory ordering: `active` is a hint here. `wake` is released by the waker after it has written `held`, and acquired
// by the sleeper.
#include <utility>

#include "os/capture.hpp"
#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "os/futex.hpp"
#include "os/overflow.hpp"
#include "os/sampler.hpp"
#include "os/stack.hpp"
#include "os/thread.hpp"
#include "park/lock_order.hpp"
#include "sched/counters.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "weft/detail/panic.hpp"
#include "weft/runtime.hpp"

#include <cstring>
#include <new>

namespace weft::detail {
namespace {

constexpr nanoseconds patience = 5'000'000'000;
constexpr std::uint32_t threads_kept = 4;  // idle ones that stay however long they sleep

void unlink_idle_locked(worker& w) noexcept {
  for (worker** at = &the.idle_workers; *at != nullptr; at = &(*at)->next_idle) {
    if (*at != &w) continue;
    *at = w.next_idle;
    --the.idle_worker_count;
    break;
  }
  if (the.keeper == &w) {
    the.keeper = nullptr;
    the.keeper_until.store(-1, memory_order_seq_cst);
  }
  w.resting = rest::awake;
}

void spare_locked(worker& w) noexcept {
  w.ended = true;
  w.is_caller = false;
  w.scheduler.at = {};  // its stack may be somebody else's soon (visit_unused_stack)
  w.next_idle = the.spare_records;
  the.spare_records = &w;
  --the.worker_count;
}

/// An idle worker that is not the keeper if there is one; else the keeper; else null.
worker* pick_idle_locked() noexcept {
  worker* found = the.idle_workers;
  if (found != nullptr && found == the.keeper && found->next_idle != nullptr) found = found->next_idle;
  if (found != nullptr) unlink_idle_locked(*found);
  return found;
}

token* pop_idle_token_locked() noexcept {
  token* t = the.idle_tokens;
  if (t == nullptr) return nullptr;
  the.idle_tokens = t->next_idle;
  t->at = place::taken;
  return t;
}

void tie(worker& w, token& t) noexcept {
  w.begins.store(true, memory_order_relaxed);
  w.held.store(&t, memory_order_release);   // pairs with the thieves' and the watchdog's load, inside the lock
  t.owner.store(&w, memory_order_release);  // pairs with the thieves' load
}

/// Step 1: onto the lists.
void lie_down_locked(worker& w, token* t) noexcept {
  if (t != nullptr) {
    w.held.store(nullptr, memory_order_relaxed);
    lay_down_locked(*t, w.searching);
  } else if (w.searching) {
    the.idle.stop_searching();  // its token was retaken before it had woken up
  }
  w.searching = false;
  w.resting = rest::plain;
  if (the.keeper == nullptr) {
    the.keeper = &w;
    w.resting = rest::keeper;
  }
  w.wake.store(0, memory_order_relaxed);  // nobody can wake it before it is on the list, under the lock
  w.next_idle = the.idle_workers;
  the.idle_workers = &w;
  ++the.idle_worker_count;
  the.active.fetch_sub(1, memory_order_seq_cst);
}

bool must_end(const worker& w) noexcept { return w.is_caller && the.run_over.load(memory_order_acquire); }

/// Ends the calling thread if enough others sleep. True: it is off the list and must return to its thread's end.
bool retire_thread(worker& w) noexcept {
  batch_reader ended;  // the record may be another thread's as soon as the lock is free
  the.rest_lock.lock();
  const bool go = w.resting == rest::plain && !w.is_caller && the.idle_worker_count > threads_kept;
  if (go) {
    unlink_idle_locked(w);
    std::swap(ended, w.reader);
    spare_locked(w);
  }
  the.rest_lock.unlock();
  return go;
}

/// True if somebody has taken it off the lists. False: the wake-up was meant for the thread that had this record
/// before; it is withdrawn under the lock, so that one that is meant comes after it.
bool is_meant(worker& w) noexcept {
  the.rest_lock.lock();
  const bool meant = w.resting == rest::awake || must_end(w);
  if (!meant) w.wake.store(asleep, memory_order_relaxed);
  the.rest_lock.unlock();
  return meant;
}

/// Sleeps until woken with a token, or until there is something to do for this worker. False: the thread ends.
bool rest_until_woken(worker& w) {
  for (;;) {
    if (must_end(w)) return true;
    if (w.wake.load(memory_order_acquire) == woken && is_meant(w)) return true;  // pairs with wake_thread()
    const rest how = [&] {
      the.rest_lock.lock();
      if (w.resting == rest::plain && the.keeper == nullptr) {
        the.keeper = &w;
        w.resting = rest::keeper;
      }
      const rest now_resting = w.resting;
      the.rest_lock.unlock();
      return now_resting;
    }();
    if (how == rest::keeper) {
      if (keep_watch(w)) return true;
      continue;
    }
    const bool timed_out = futex_wait(w.wake, 0, patience);
    if (timed_out && retire_thread(w)) return false;
  }
}

/// A worker that has no token is not inside its lock, whatever the lock says.
bool enter_with_token(worker& w) noexcept { return w.held.load(memory_order_relaxed) != nullptr && w.lock.enter(); }

void note_awake(worker& w, bool with_token) noexcept {
  note(&w.events, event_kind::awake, 0);
  if (with_token) note(&w.events, event_kind::token_taken, held_by(w).index);
}

void worker_thread(void* arg) {
  const runtime_section inside;
  worker& w = *static_cast<worker*>(arg);
  the.rest_lock.lock();
  w.ended = false;
  the.rest_lock.unlock();
  set_this_worker(&w);
  w.thread_id.store(this_thread_id(), memory_order_relaxed);
  if (!locks_are_watched()) w.party = party_slot();
  w.exceptions = this_thread_exceptions();
  adopt_thread(w.scheduler);
  happens_before(&w.scheduler);
  enter_thread_signals();
  join_sampling();
  worker_loop(w);
  leave_thread_signals();
  set_this_worker(nullptr);
}

/// Goes to rest, with or without a token, and comes back with one. False: the thread ends.
bool rest_now(worker& w) {
  if (recording(w.events)) note(&w.events, event_kind::idle, 0);
  token* const t = w.held.load(memory_order_relaxed);
  if (t != nullptr && t->queue.size() != 0) {  // it was retired, if only for a moment, or the run is over
    while (goroutine* g = t->queue.take_next()) the.global.push(g);
    while (goroutine* g = t->queue.pop_front()) the.global.push(g);
  }
  the.rest_lock.lock();
  if (w.orphaned.load(memory_order_relaxed)) {
    the.rest_lock.unlock();
    on_token_lost(w);
  }
  if (t != nullptr) {
    publish_counts(*t);
    count_here(*t, stats_counter::rests);
  }
  lie_down_locked(w, t);
  const bool last = the.active.load(memory_order_seq_cst) == 0;
  the.rest_lock.unlock();
  w.lock.leave();
  heavy_fence();
  const bool runs = the.at.load(memory_order_acquire) == phase::running;  // else what is queued waits for its end
  if (runs && (work_visible() || earliest_deadline() <= monotonic_ns()) && get_up(w, t != nullptr)) return true;
  if (last) check_deadlock();
  return rest_until_woken(w);
}

}  // namespace

void lay_down_locked(token& t, bool searching) noexcept {
  t.owner.store(nullptr, memory_order_relaxed);
  if (!t.retired.load(memory_order_relaxed)) {
    t.at = place::listed;
    t.next_idle = the.idle_tokens;
    the.idle_tokens = &t;
    the.idle.announce_idle(searching);
  } else {
    t.at = place::put_away;
    if (searching) the.idle.stop_searching();
  }
}

bool get_up(worker& w, bool searching) noexcept {
  the.rest_lock.lock();
  token* const t = w.resting == rest::awake ? nullptr : pop_idle_token_locked();
  if (t != nullptr) {
    unlink_idle_locked(w);
    the.idle.leave_idle(searching);
    w.searching = searching;
    count_active();
    hand_over(w, *t);
  }
  the.rest_lock.unlock();
  return t != nullptr;
}

void wake_thread(worker& w) noexcept {
  w.wake.store(woken, memory_order_seq_cst);  // pairs with rest_until_woken(), and with the keeper's `polling`
  rouse_thread(w);
}

void rouse_thread(worker& w) noexcept {
  if (w.polling.load(memory_order_seq_cst))
    break_poll();
  else
    futex_wake(w.wake, 1);
}

worker& add_worker(token* held) {
  the.rest_lock.lock();
  worker* w = the.spare_records;
  if (w != nullptr) {
    the.spare_records = w->next_idle;
  }
  ++the.worker_count;
  the.rest_lock.unlock();
  if (w == nullptr) {
    w = new (std::nothrow) worker;
    if (w == nullptr) fatal("out of memory: cannot allocate a worker");
    open_lane(w->events);
    the.rest_lock.lock();
    w->next_all = the.all_workers;
    the.all_workers = w;
    the.rest_lock.unlock();
  }
  w->chance = random_source(entropy());
  w->resting = rest::awake;
  w->attention.store(false, memory_order_relaxed);
  w->wake.store(0, memory_order_relaxed);  // published by the thread's start
  w->lock.reset_if_lost();
  if (held != nullptr) tie(*w, *held);
  return *w;
}

void start_thread_for(worker& w) {
  const int error = start_thread(worker_thread, &w, "weft-worker", std::size_t{256} * 1024);
  if (error == 0) {
    stats().threads_started.fetch_add(1, memory_order_relaxed);
    return;
  }
  fatalf("thread exhaustion: cannot start a worker thread beside %u others: %s", the.worker_count,
         std::strerror(error));
}

void forget_resting_locked(worker& w) noexcept { unlink_idle_locked(w); }

void retire_record(worker& w) noexcept {
  the.rest_lock.lock();
  spare_locked(w);
  the.rest_lock.unlock();
}

// The watchdog too: if the only worker computes, somebody must take its token when the deadline has come.
void ensure_keeper() {
  if (the.watchdog_pace.load(memory_order_relaxed) == watchdog_none) start_watchdog();
  the.rest_lock.lock();
  const bool none = the.worker_count == 0;
  const bool appoint = !none && the.keeper == nullptr && the.idle_workers != nullptr;
  if (none) count_active();
  if (appoint) {
    the.keeper = the.idle_workers;
    the.keeper->resting = rest::keeper;
  }
  the.rest_lock.unlock();
  if (appoint) nudge_keeper();
  if (none) start_thread_for(add_worker(nullptr));  // it goes to rest at once, and keeps
}

token* take_idle_token() noexcept {
  the.rest_lock.lock();
  token* const t = pop_idle_token_locked();
  if (t != nullptr) the.idle.leave_idle(false);
  the.rest_lock.unlock();
  return t;
}

void hand_over(worker& w, token& t) noexcept {
  w.switches.store(w.switches.load(memory_order_relaxed) + 1, memory_order_relaxed);  // its slice begins now
  tie(w, t);
  w.lock.reset_if_lost();
}

// In one step, under the lock: whoever orphans workers (run.cpp) finds it with a token or without.
bool take_token_back(worker& w) noexcept {
  the.rest_lock.lock();
  const bool may = the.at.load(memory_order_acquire) == phase::running && !w.orphaned.load(memory_order_relaxed);
  token* const t = may ? pop_idle_token_locked() : nullptr;
  if (t != nullptr) {
    the.idle.leave_idle(false);
    hand_over(w, *t);
  }
  the.rest_lock.unlock();
  return t != nullptr;
}

/// Ties a token that was just taken off a list, or away from a worker, to an idle or a new worker, and lets it run.
void give_token(token& t, bool searching) {
  the.rest_lock.lock();
  worker* w = pick_idle_locked();
  const bool fresh = w == nullptr;
  count_active();
  if (!fresh) {  // under the lock: if it is just leaving its run it sees the token (leave_run)
    w->searching = searching;
    hand_over(*w, t);
  }
  the.rest_lock.unlock();
  if (fresh) {
    w = &add_worker(nullptr);
    w->searching = searching;
    hand_over(*w, t);
  }
  if (fresh)
    start_thread_for(*w);
  else
    wake_thread(*w);
}

namespace {

/// Wakes a worker, to search; not if one searches, unless there should be more.
void wake_to_search(bool several) noexcept {
  the.rest_lock.lock();
  token* const t = several || the.idle.searching() == 0 ? pop_idle_token_locked() : nullptr;
  if (t != nullptr) the.idle.leave_idle(true);
  the.rest_lock.unlock();
  if (t != nullptr) give_token(*t, true);
}

}  // namespace

void wake_worker() noexcept {
  const runtime_section inside;
  wake_to_search(false);
}

void hand_on_search() noexcept {
  const runtime_section inside;
  const bool several = the.active.load(memory_order_relaxed) < static_cast<std::uint32_t>(num_cpu());
  wake_to_search(several);
  if (several && the.idle.any_idle()) wake_to_search(true);
}

void worker_loop(worker& w) {
  bool inside = enter_with_token(w);
  if (recording(w.events)) note_awake(w, inside);
  for (;;) {
    if (w.orphaned.load(memory_order_relaxed)) on_token_lost(w);
    if (must_end(w)) {
      leave_run(w, inside || enter_with_token(w));  // it may have been woken with a token, to this
      return;
    }
    goroutine* const g = inside ? find_work(w) : nullptr;
    if (g != nullptr) {
      run_scheduled(w, *g);
      inside = w.held.load(memory_order_relaxed) != nullptr;
      if (!inside && the.idle.worker_wanted() && work_visible()) wake_worker();
      continue;
    }
    if (!rest_now(w)) return;
    inside = !must_end(w) && enter_with_token(w);
    if (recording(w.events)) note_awake(w, inside);
  }
}

}  // namespace weft::detail

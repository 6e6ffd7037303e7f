// SPDX-License-Identifier: Apache-2.0
//
// pin: a goroutine that keeps its thread (reference W9).
//
// While it is pinned, the goroutine is a foreign thread to the scheduler. It gives its token away, its thread counts no
// longer as a worker, and this_worker() is null, so that every function of the waist takes the way that it takes for
// foreign threads: the goroutine parks on a futex word and is woken by it, what it starts and wakes goes through the
// global queue, its deadlines are the keeper's. Nothing on the hot path asks whether a goroutine is pinned. The worker
// is remembered as the thread's record, so that current() still finds the goroutine.
//
// When the last pin ends the thread is a worker without a token, like one that has lost it to the watchdog, and gets
// one as those do (blocking.cpp).
//
// The thread inside run() must come back from there when main returns. So goroutines other than main, if they happen to
// be on it, first go to another thread.
//
// The end of a run. A pinned goroutine is in no list and counted nowhere; run() marks its worker orphaned, and its
// thread stops for good when it next blocks, yields or starts a goroutine. It may still send and unlock, as any foreign
// thread may: whom it has claimed must be woken.
//
// Who owns what: `pins` is the thread's. `pinned` changes under the rest lock. `orphaned` is written once, by run(),
// and read by the thread.
//
// Memory ordering. give_up_token is owner and other at once of token_lock.hpp, and knows without a fence that it is
// outside; `held` is written as the watchdog writes it. A record's fields are relaxed (goroutine.hpp).
//
// Rejected: a pinned goroutine that keeps a token and is handed from worker to worker, as in Go. Every wake-up of it
// then costs two thread switches, and every queue must know about it.
#include "os/fiber_annotations.hpp"
#include "os/membarrier.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {
namespace {

/// Takes the token from the calling worker, as the watchdog would. Null: somebody has it already.
token* give_up_token(worker& w) noexcept {
  for (;;) {
    if (!w.lock.enter()) return nullptr;
    w.lock.leave();
    if (w.lock.contest()) break;  // else another is at it: the next enter() waits for what he does
  }
  token* const t = w.held.load(memory_order_relaxed);
  w.held.store(nullptr, memory_order_relaxed);
  w.lock.take();
  return t;
}

struct move_request {
  goroutine* g;
  token* t;
};

/// The commit of a goroutine that leaves its thread together with the token.
void send_away(void* arg) {
  const runtime_section inside;
  const move_request request = *static_cast<move_request*>(arg);
  if (request.t == nullptr) {
    the.global.push(request.g);
    return;
  }
  goroutine* const displaced = request.t->queue.exchange_next(request.g);
  if (displaced != nullptr) the.global.push(displaced);
  give_token(*request.t, false);
}

/// Another worker goes on with the running goroutine and the token, if there is one.
[[gnu::noinline, gnu::noipa]] void move_to_another_thread(worker& w) {
  on_token_lost(w);
  move_request request{w.running, give_up_token(w)};
  w.running->state.store(goroutine_state::runnable, memory_order_relaxed);
  leave_worker(w, send_away, &request);
}

/// The token goes to where it is of use: to a worker if something waits to be run, or to watch; else to rest.
void leave_token(token& t) {
  the.rest_lock.lock();
  const bool rests = t.queue.size() == 0 && the.global.size() == 0 && the.keeper != nullptr;
  if (rests) lay_down_locked(t, false);
  the.rest_lock.unlock();
  if (!rests) {
    give_token(t, false);
    return;
  }
  heavy_fence();
  if (work_visible()) wake_worker();
}

void become_foreign(worker& w) {
  token* const t = give_up_token(w);
  w.running->pinned.store(true, memory_order_relaxed);
  w.blocking.store(false, memory_order_relaxed);  // whatever call is on blocks a thread that is no worker
  the.rest_lock.lock();
  // Lost to the watchdog, then to the end of the run: it is counted out already.
  const bool was_orphaned = w.orphaned.load(memory_order_relaxed);
  if (the.at.load(memory_order_seq_cst) != phase::running) w.orphaned.store(true, memory_order_release);
  w.pinned = true;
  if (!was_orphaned) --the.worker_count;
  the.rest_lock.unlock();
  note(&w.events, event_kind::end, id_of(w.running));  // here; it goes on on the lane of the thread
  set_this_worker(nullptr);
  set_this_thread_record(&w, nullptr);
  note_pinned(*w.running, event_kind::run);
  if (t != nullptr) leave_token(*t);
  if (!was_orphaned) count_inactive();
  stop_if_orphaned();
}

}  // namespace

worker* pinned_worker() noexcept { return static_cast<worker*>(this_thread_record()); }

void stop_if_orphaned() noexcept {
  worker* const w = pinned_worker();
  if (w == nullptr || !w->orphaned.load(memory_order_acquire)) return;  // pairs with stop(), run.cpp
  on_token_lost(*w);
}

[[gnu::noinline, gnu::noipa]] void pin_here() noexcept {
  const runtime_section inside;
  if (worker* const w = pinned_worker(); w != nullptr) {
    ++w->pins;
    return;
  }
  worker* w = current_worker();
  if (w == nullptr || w->running == nullptr) return;
  while (w->is_caller && id_of(w->running) != 1) {
    move_to_another_thread(*w);
    w = current_worker();
  }
  on_token_lost(*w);
  w->pins = 1;
  become_foreign(*w);
}

[[gnu::noinline, gnu::noipa]] void unpin_here() noexcept {
  const runtime_section inside;
  worker* const w = pinned_worker();
  if (w == nullptr || --w->pins != 0) return;
  if (the.at.load(memory_order_acquire) == phase::forked) return;  // nobody is there to be unpinned for
  stop_if_orphaned();
  the.rest_lock.lock();
  const bool over = w->orphaned.load(memory_order_relaxed);
  if (!over) {
    w->pinned = false;
    ++the.worker_count;
    count_active();
  }
  the.rest_lock.unlock();
  if (over) stop_if_orphaned();
  w->running->pinned.store(false, memory_order_relaxed);
  note_pinned(*w->running, event_kind::stop);
  set_this_thread_record(nullptr, nullptr);
  set_this_worker(w);
  note_run(w->events, *w->running);
  requeue_without_token(*w);
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// How a run begins and ends. A run ends as a Go program does: when main returns, whatever else goes on.
//
//   1. The calling thread becomes a worker, main becomes goroutine 1, and the thread works like any other worker until
//      the run is over.
//   2. main returns (on whichever worker): without `drain` the run is over; with it, when no goroutine is left, which
//      the last worker to go to rest notices (deadlock.cpp).
//   3. end_run marks it and wakes the calling thread. If that thread sits in a goroutine that does not come back to the
//      runtime within `grace`, the process exits with main's status from where it is: nobody else could return it.
//   4. The calling thread puts the phase to `stopping`; workers rest at their next switch. One that does not come back
//      within `grace` is orphaned: its token is taken, and its thread stops for good when it next blocks or yields.
//      So are, at once, those whose goroutine is pinned (pin.cpp).
//   5. Who queues a goroutine from outside counts himself and then looks at the phase (wake.cpp); the calling thread
//      has stored the phase and waits for those who are counted. From then on nothing is queued. What is left is
//      abandoned (park/abandon.cpp), its deadlines and waits for descriptors are forgotten. Foreign threads go on:
//      their deadlines stand, and so do those of timers that are waited for.
//   6. The phase is `stopped`: go() panics until the next run.
//
// Memory ordering: the ends of phases are seq_cst: they happen once a run.
#include "base/report_hook.hpp"
#include "os/capture.hpp"
#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "os/futex.hpp"
#include "os/overflow.hpp"
#include "os/stack.hpp"
#include "park/abandon.hpp"
#include "park/body.hpp"
#include "park/dump.hpp"
#include "park/goroutine_groups.hpp"
#include "park/lock_order.hpp"
#include "park/registry.hpp"
#include "park/watch.hpp"
#include "sched/counters.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "weft/detail/panic.hpp"

#include <cstdlib>
#include <new>

namespace weft::detail {
namespace {

constexpr nanoseconds grace = 1'000'000'000;
constexpr nanoseconds short_grace = 20'000'000;

struct main_call {
  void (*call)(void* f, int& status);
  void* f;
  int status;
};

atomic<int> main_status{0};

/// Main, not yet started.
goroutine& make_main(main_call& request, site where) {
  goroutine* const g = make_goroutine({where, 0, nullptr});
  g->id.store(take_main_id(), memory_order_relaxed);
  ::new (g->body.bytes) main_call*(&request);
  g->body.use = [](closure& self, closure_use how) -> void* {
    if (how != closure_use::call) return nullptr;
    struct gone {
      ~gone() { the.main_gone.store(true, memory_order_seq_cst); }
    };
    main_call& m = **reinterpret_cast<main_call**>(self.bytes);
    {
      const gone at_end;
      m.call(m.f, m.status);
    }
    if (pinned_worker() != nullptr) panic("weft: main returns with a pin that was not destroyed");
    main_status.store(m.status, memory_order_relaxed);
    if (the.drain)
      the.draining.store(true, memory_order_seq_cst);
    else
      end_run(run_number());
    return nullptr;
  };
  return *g;
}

/// Main begins on this thread. Without a token, because goroutines that exist already hold them all, it waits for one
/// like any goroutine.
void start_main(worker& w, goroutine& main_goroutine) {
  token* const t = w.held.load(memory_order_relaxed);
  if (t == nullptr) {
    start(main_goroutine);
    return;
  }
  introduce(main_goroutine);
  happens_before(&main_goroutine);
  ++t->counts.starts;  // inside the token lock
  add_alone(t->live, std::int64_t{1});
  run_scheduled(w, main_goroutine);
}

/// Waits until no worker but the caller is active, at most `limit`.
void wait_for_rest(nanoseconds limit) {
  const nanoseconds give_up = monotonic_ns() + limit;
  atomic<std::uint32_t> nothing{0};
  while (the.active.load(memory_order_seq_cst) != 0 && monotonic_ns() < give_up) futex_wait(nothing, 0, 50'000);
}

/// The next start lists it again.
void put_away_locked(token& t) noexcept {
  t.owner.store(nullptr, memory_order_relaxed);
  t.at = place::put_away;
}

bool may_be_orphaned_locked(const worker& w) noexcept {
  return w.resting == rest::awake && !w.is_caller && !w.ended && !w.pinned && !w.orphaned.load(memory_order_relaxed);
}

void orphan_locked(worker& w) noexcept {
  if (w.searching) the.idle.stop_searching();  // woken with a token, and has not run yet
  w.searching = false;
  w.orphaned.store(true, memory_order_release);  // pairs with on_token_lost()
  --the.worker_count;
  the.active.fetch_sub(1, memory_order_seq_cst);
}

/// Step 4 for one worker that did not come to rest.
void orphan(worker& w) {
  the.rest_lock.lock();
  const bool possible = may_be_orphaned_locked(w);
  const bool lost = w.lock.is_lost();  // to the watchdog; it gets no other any more
  if (possible && lost) orphan_locked(w);
  the.rest_lock.unlock();
  if (!possible || lost || !w.lock.contest()) return;
  if (!w.lock.inspect(0)) return;
  the.rest_lock.lock();
  if (!may_be_orphaned_locked(w)) {  // it has come to rest meanwhile
    the.rest_lock.unlock();
    w.lock.give_back();
    return;
  }
  token* const t = w.held.load(memory_order_relaxed);
  if (t != nullptr) put_away_locked(*t);
  w.held.store(nullptr, memory_order_relaxed);
  orphan_locked(w);
  w.lock.take();
  the.rest_lock.unlock();
}

void orphan_the_rest() {
  the.rest_lock.lock();
  worker* const first = the.all_workers;
  the.rest_lock.unlock();
  const nanoseconds give_up = monotonic_ns() + grace;
  while (the.active.load(memory_order_seq_cst) != 0 && monotonic_ns() < give_up) {
    for (worker* w = first; w != nullptr; w = w->next_all) orphan(*w);
    wait_for_rest(1'000'000);
  }
}

void empty_queues() {
  goroutine* left[64];
  while (the.global.pop(left, 64) != 0) continue;
  count_shared(stats_counter::ends, static_cast<std::uint64_t>(live_goroutines()));  // which nobody will see end
  const std::uint32_t n = the.made.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < n; ++i) {
    token& t = *the.tokens[i].load(memory_order_acquire);
    static_cast<void>(t.queue.take_next());
    while (t.queue.pop_front() != nullptr) continue;
    t.timers.bequeath(the.outside_timers);
    t.live.store(0, memory_order_relaxed);
    publish_counts(t);
  }
  the.started_outside.store(0, memory_order_relaxed);
}

bool is_this_worker(const worker& w) noexcept {
  const runtime_section inside;
  return current_worker() == &w;
}

void stop(bool report) {
  the.at.store(phase::stopping, memory_order_seq_cst);
  the.rest_lock.lock();
  for (worker* w = the.all_workers; w != nullptr; w = w->next_all) {
    w->attention.store(true, memory_order_relaxed);
    if (w->pinned) w->orphaned.store(true, memory_order_release);  // pairs with stop_if_orphaned()
  }
  the.rest_lock.unlock();
  wait_for_rest(short_grace);
  if (the.active.load(memory_order_seq_cst) != 0) orphan_the_rest();
  report_left(report, static_cast<std::uint32_t>(monotonic_ns() / 1'000'000));
  for (unsigned round = 0; the.visitors.load(memory_order_seq_cst) != 0; ++round) relax(round);
  empty_queues();
  the.outside_timers.forget_goroutines();
  forget_watchers();
  for_each_goroutine([](void*, goroutine& g) { abandon(g); }, nullptr);
  the.at.store(phase::stopped, memory_order_seq_cst);
  the.main_gone.store(false, memory_order_seq_cst);  // first: check_deadlock must not see it without run_over
  // In this order: whoever finds the run draining late asks for its end by a number that is no more.
  the.draining.store(false, memory_order_seq_cst);
  the.rest_lock.lock();
  ++the.run_number;
  the.run_over.store(false, memory_order_seq_cst);
  the.rest_lock.unlock();
  the.in_run.store(false, memory_order_seq_cst);
}

}  // namespace

std::int64_t live_goroutines() noexcept {
  std::int64_t n = the.started_outside.load(memory_order_relaxed);
  const std::uint32_t made = the.made.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < made; ++i) {
    n += the.tokens[i].load(memory_order_acquire)->live.load(memory_order_relaxed);
  }
  return n;
}

std::uint64_t run_number() noexcept {
  the.rest_lock.lock();
  const std::uint64_t number = the.run_number;
  the.rest_lock.unlock();
  return number;
}

void end_run(std::uint64_t number) noexcept {
  // Under the lock that leave_run takes: the calling thread cannot be gone, into the next run, before the word is set.
  the.rest_lock.lock();
  if (the.run_number != number) {
    the.rest_lock.unlock();
    return;
  }
  worker& caller = *the.caller;
  const bool here = is_this_worker(caller);
  the.run_over.store(true, memory_order_seq_cst);
  const bool drains = the.drain;
  if (!drains) {  // at once: no other goroutine is switched to from here on
    the.at.store(phase::stopping, memory_order_seq_cst);
    for (worker* w = the.all_workers; w != nullptr; w = w->next_all) w->attention.store(true, memory_order_relaxed);
  }
  caller.attention.store(true, memory_order_relaxed);
  if (!here) caller.wake.store(woken, memory_order_seq_cst);
  the.rest_lock.unlock();
  if (here) return;
  rouse_thread(caller);
  // Step 3: main's own worker sees to it that the calling thread comes back.
  if (drains) return;
  const nanoseconds give_up = monotonic_ns() + grace;
  while (run_number() == number && !the.caller_back.load(memory_order_seq_cst)) {
    atomic<std::uint32_t> nothing{0};
    futex_wait(nothing, 0, 100'000);
    give_way_to_report();
    if (monotonic_ns() > give_up) leave_process(main_status.load(memory_order_relaxed));
  }
}

void leave_run(worker& w, bool inside) noexcept {
  the.rest_lock.lock();
  while (!inside && w.held.load(memory_order_relaxed) != nullptr) {  // somebody has just given it a token
    the.rest_lock.unlock();
    inside = w.lock.enter();
    the.rest_lock.lock();
  }
  token* const t = w.held.load(memory_order_relaxed);
  if (w.resting != rest::awake) {
    forget_resting_locked(w);
  } else {
    the.active.fetch_sub(1, memory_order_seq_cst);
  }
  if (w.searching) the.idle.stop_searching();
  w.searching = false;
  w.held.store(nullptr, memory_order_relaxed);
  if (t != nullptr) put_away_locked(*t);
  the.rest_lock.unlock();
  w.lock.leave();
}

int run_main(void (*call)(void* f, int& status), void* f, const run_options& options, site where) {
  __builtin_unwind_init();  // the caller's registers are in this frame, where a search for pointers finds them
  stop_if_orphaned();
  if (current() != nullptr) panic("run() inside run(): call it from a thread of your own, not from a goroutine");
  bool nobody = false;
  if (!the.in_run.compare_exchange_strong(nobody, true, memory_order_seq_cst)) panic("run() inside run()");
  if (the.at.load(memory_order_acquire) == phase::forked) refuse_use("run()");
  boot(options.workers);
  the.main_gone.store(false, memory_order_seq_cst);
  the.caller_back.store(false, memory_order_seq_cst);
  main_call request{call, f, 0};
  {
    const runtime_section inside;
    worker& w = add_worker(nullptr);
    w.is_caller = true;
    the.rest_lock.lock();
    the.drain = options.drain;
    the.caller = &w;
    ++the.run_number;
    count_active();
    the.rest_lock.unlock();
    if (token* t = take_idle_token(); t != nullptr) hand_over(w, *t);
    set_this_worker(&w);
    w.thread_id.store(this_thread_id(), memory_order_relaxed);
    if (!locks_are_watched()) w.party = party_slot();
    const party_number itself = *w.party;  // what the thread is before and after
    w.exceptions = this_thread_exceptions();
    adopt_thread(w.scheduler);
    happens_before(&w.scheduler);
    enter_thread_signals();
    if (w.held.load(memory_order_relaxed) != nullptr && !w.lock.enter()) panic("weft: a new worker has no token");
    start_main(w, make_main(request, where));
    worker_loop(w);
    give_way_to_report();  // a goroutine panics: that, and not main's return, is how the process ends
    if (options.drain) happens_after(&the.drain);
    the.caller_back.store(true, memory_order_seq_cst);
    leave_thread_signals();
    w.reader = {};
    set_this_worker(nullptr);
    *w.party = itself;
    stop(options.report);
    retire_record(w);
    if (the.outside_timers.earliest() != never || the.descriptors.load(memory_order_seq_cst) != 0) ensure_keeper();
  }
  return request.status;
}

}  // namespace weft::detail

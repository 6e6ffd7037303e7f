// SPDX-License-Identifier: Apache-2.0
//
// Engine sim: the loop and what the waist asks of it; see engine.hpp. The functions of the waist themselves are in
// waist.cpp, the ends of a run in run.cpp.
//
// Memory ordering: `inbox_signal_` and `outside_parked_` are seq_cst. A foreign thread that parks counts itself before
// it looks at its word; the driver, before it calls a quiet program deadlocked, reads that count and then the inbox
// once more: with both in one total order, a wake-up that was sent is seen.
// Who stops driving clears `driven_` before he looks for a sleeper to call, and who goes to sleep is in `sleepers_`
// before he tries `driven_`: one of the two sees the other.
#include "sim/engine.hpp"

#include <algorithm>

#include "os/fiber_annotations.hpp"
#include "os/futex.hpp"
#include "os/thread.hpp"
#include "os/thread_local.hpp"
#include "park/body.hpp"
#include "park/lock_order.hpp"
#include "park/profiles.hpp"
#include "park/registry.hpp"
#include "park/stack_census.hpp"
#include "park/stats.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {
namespace {

constexpr std::uint64_t patience = 100'000;
constexpr std::uint64_t look_every = 61;  // steps; as in engine sched

// Values of waiter::awake of a foreign thread; 0: asleep.
constexpr std::uint32_t woken = 1;
constexpr std::uint32_t asked_to_drive = 2;

}  // namespace

sim_engine& sim() {
  static auto* const only = new sim_engine;  // never destroyed: static destructors may wait
  return *only;
}

bool sim_engine::on_driver() const noexcept { return this_worker() == this; }

// ---- goroutines ----------------------------------------------------------------------------------------------------

void sim_engine::enqueue(goroutine& g) noexcept {
  if (is_abandoned(g)) return;
  note_queued(lane_here(), g, event_kind::ready);
  g.state.store(goroutine_state::woken, memory_order_relaxed);
  introduce(g);
  happens_before(&g);
  if (on_driver()) {
    runnable_.push_back(&g);
    return;
  }
  inbox_lock_.lock();
  inbox_.push_back(&g);
  inbox_lock_.unlock();
  signal_inbox();
}

void sim_engine::start(goroutine& g) noexcept {
  note_queued(lane_here(), g, event_kind::start);
  happens_before(&g);
  if (on_driver()) {
    runnable_.push_back(&g);
    ++live_;
    count_shared(stats_counter::starts);
    may_interrupt();
    return;
  }
  inbox_lock_.lock();
  inbox_.push_back(&g);
  inbox_lock_.unlock();
  signal_inbox();
}

void sim_engine::signal_inbox() noexcept {
  inbox_signal_.fetch_add(1, memory_order_seq_cst);
  futex_wake(inbox_signal_, 1);
  if (polling_.load(memory_order_seq_cst)) break_poll();
}

bool sim_engine::take_inbox() {
  inbox_lock_.lock();
  for (goroutine* g : inbox_) {
    if (g->state.load(memory_order_relaxed) == goroutine_state::fresh) {
      ++live_;
      count_shared(stats_counter::starts);
    }
    runnable_.push_back(g);
  }
  const bool any = !inbox_.empty();
  inbox_.clear();
  inbox_lock_.unlock();
  return any;
}

void sim_engine::enter(void*) {
  runtime_entered();
  goroutine& g = *sim().running_;
  fiber_started(g.self);
  happens_after(&g);
  runtime_left();
  run_body(g);
  runtime_entered();
  happens_before(&g);
  happens_before(&sim());
  sim().finish(g);
}

void sim_engine::finish(goroutine& g) {
  note(&events_, event_kind::end, id_of(&g));
  commit_ = {[](void* arg) { sim().give_back(*static_cast<goroutine*>(arg)); }, &g};
  commit_.by = stand_in::of_caller();
  switch_fiber_last(g.self, host_, nullptr, exceptions_);
  __builtin_unreachable();
}

void sim_engine::give_back(goroutine& g) {
  const runtime_section inside;
  if (&g == main_) main_gone_ = true;
  if (g.self.bounds.top != nullptr) runtime_left_as(g.self.notes);
  retire_fiber(g.self);
  const stack memory = g.self.bounds;
  g.self.bounds = {};
  if (memory.top != nullptr) {
    if (g.custom_stack) {
      note_stack_end(g, memory);
      unmap_stack(memory);
    } else {
      give_stack(memory);
    }
  }
  discard(g);
  --live_;
  count_shared(stats_counter::ends);
}

__attribute__((noinline)) void sim_engine::step(goroutine& g) {
  if (g.state.load(memory_order_relaxed) == goroutine_state::fresh) {
    const stack memory = g.custom_stack ? map_stack(g.self.bounds.size) : take_stack();
    if (memory.top == nullptr) fatal("out of memory: cannot map a goroutine's stack");
    init_fiber(g.self, memory, &sim_engine::enter);
    introduce(g);
  }
  if (recording(events_)) note_run(events_, g);
  g.state.store(goroutine_state::running, memory_order_relaxed);
  running_ = &g;
  count_alone(lane_of_token(0), stats_counter::turns);
  *party_ = g.id.load(memory_order_relaxed);
  switch_fiber(host_, g.self, nullptr, exceptions_);
  running_ = nullptr;
  const pending_commit commit = commit_;
  commit_ = {};
  stand_in by = commit.by;
  if (commit.call != nullptr) by.run(commit.call, commit.arg);
}

void sim_engine::leave(pending_commit commit) noexcept {
  goroutine& g = *running_;
  if (recording(events_)) note_switch(events_, g, nullptr);
  commit_ = commit;
  commit_.by = stand_in::of_caller();
  switch_fiber(g.self, host_, nullptr, exceptions_);
}

void sim_engine::may_interrupt() noexcept {
  if (running_ != nullptr && chance_.below(4) == 0) yield();
}

void sim_engine::yield() noexcept {
  count_alone(lane_of_token(0), stats_counter::yields);
  goroutine* g = running_;
  g->state.store(goroutine_state::runnable, memory_order_relaxed);
  leave({[](void* arg) {
           const runtime_section inside;
           sim().runnable_.push_back(static_cast<goroutine*>(arg));
         },
         g});
}

// ---- the loop ------------------------------------------------------------------------------------------------------

void sim_engine::drive(bool (*done)(void* arg), void* arg) {
  const runtime_section inside;
  void* const before = this_worker();
  set_this_worker(this);
  if (!locks_are_watched()) party_ = party_slot();
  const party_number itself = *party_;  // what the thread is before and after
  adopt_thread(host_);
  exceptions_ = this_thread_exceptions();
  while (!done(arg)) {
    attend_interrupts();
    take_inbox();
    if (runnable_.empty()) {
      advance();
      continue;
    }
    if (++steps_at_this_time_ > patience) clock_ += 1'000;
    if (steps_until_look_-- == 0) {
      steps_until_look_ = look_every;
      if (descriptor_waits_.load(memory_order_seq_cst) != 0) look_at_descriptors(0);
    }
    fire_due();
    const std::size_t pick = chance_.below(runnable_.size());
    goroutine* g = runnable_[pick];
    runnable_[pick] = runnable_.back();
    runnable_.pop_back();
    step(*g);
  }
  *party_ = itself;
  set_this_worker(before);
}

void sim_engine::advance() {
  if (!settling_.empty()) {
    waiter* w = settling_.back();
    settling_.pop_back();
    ready(*w);
    return;
  }
  if (poll_descriptors() || attend_interrupts()) return;
  inbox_lock_.lock();
  const deadline_queue<timer_entry>* const due = first_due();
  if (due != nullptr) {
    clock_ = std::max(clock_, due->top()->when);
    steps_at_this_time_ = 0;
  }
  inbox_lock_.unlock();
  if (due != nullptr)
    fire_due();
  else
    wait_outside();
}

/// The heap whose first entry is due first; null if both are empty. Under inbox_lock_.
deadline_queue<timer_entry>* sim_engine::first_due() noexcept {
  if (outside_.empty()) return deadlines_.empty() ? nullptr : &deadlines_;
  return !deadlines_.empty() && deadlines_.top()->when <= outside_.top()->when ? &deadlines_ : &outside_;
}

void sim_engine::fire_due() {
  for (std::uint64_t fired = 0;; ++fired) {
    waiter* won = nullptr;
    inbox_lock_.lock();
    deadline_queue<timer_entry>* const due = first_due();
    if (due == nullptr || due->top()->when > clock_) {
      inbox_lock_.unlock();
      if (fired != 0) note(&events_, event_kind::timer, 0, fired);
      return;
    }
    timer_entry* entry = due->pop();
    entry->heap.store(nullptr, memory_order_release);
    note_duration(lane_of_token(0), stats_duration::timer_late, clock_ - entry->when);
    const auto run = entry->run;
    if (run == nullptr) won = entry->claim(*entry);
    inbox_lock_.unlock();
    if (run != nullptr) run(*entry);
    if (won != nullptr) ready(*won);
  }
}

bool sim_engine::outsiders_may_act() const {
  const auto asleep =
      static_cast<std::int32_t>(outside_parked_.load(memory_order_seq_cst)) + (main_ != nullptr ? 1 : 0);
  const std::optional<std::size_t> all = process_threads();
  return !all.has_value() || static_cast<std::int64_t>(*all) > asleep + static_cast<std::int64_t>(instrument_threads());
}

void sim_engine::wait_outside() {
  const std::uint32_t seen = inbox_signal_.load(memory_order_seq_cst);
  if (take_inbox() || attend_interrupts()) return;
  if (descriptor_waits_.load(memory_order_seq_cst) != 0) return;
  if (!interrupts_expected_.load(memory_order_seq_cst) && !outsiders_may_act()) {
    if (!take_inbox()) deadlock();
    return;
  }
  // A foreign thread may end without a word: look again from time to time.
  futex_wait(inbox_signal_, seen, 10'000'000);
}

void sim_engine::deadlock() {
  if (main_gone_ && live_ == 0) fatal("no goroutines (main called goexit) - deadlock!");
  fatal("all goroutines are asleep - deadlock!");
}

// ---- the waist -----------------------------------------------------------------------------------------------------

void sim_engine::park(waiter& w, wait_reason reason, const void* object, commit_function commit, void* arg) {
  if (running_ == nullptr || !on_driver()) {
    park_outside(w, commit, arg);
    return;
  }
  goroutine& g = *running_;
  w.kind = waiter_kind::goroutine;
  w.party = &g;
  w.awake.store(moment(), memory_order_relaxed);
  count_alone(lane_of_token(0), stats_counter::parks);
  g.reason.store(reason, memory_order_relaxed);
  g.object.store(object, memory_order_relaxed);
  g.since_ms.store(static_cast<std::uint32_t>(clock_ / 1'000'000), memory_order_relaxed);
  g.state.store(goroutine_state::waiting, memory_order_relaxed);
  const std::uint64_t begun = wait_begins(w);
  leave({commit, arg});
  happens_after(&g);
  if (begun != 0) {
    wait_has_ended(g, begun);
  } else if (profiles_on.load(memory_order_relaxed) == 0) {  // relaxed: a hint
    note_duration(lane_of_token(0), stats_duration::run_queue,
                  nanoseconds{moment() - w.awake.load(memory_order_relaxed)} << 4);
  }
}

void sim_engine::park_outside(waiter& w, commit_function commit, void* arg) {
  prepare_process();
  w.kind = waiter_kind::thread;
  inbox_lock_.lock();
  sleepers_.push_back(&w);
  inbox_lock_.unlock();
  commit(arg);
  outside_parked_.fetch_add(1, memory_order_seq_cst);
  signal_inbox();
  const auto awake = [](void* at) {  // pairs with the store in ready()
    return static_cast<waiter*>(at)->awake.load(memory_order_acquire) == woken;
  };
  const auto relieved = [](void* at) {
    return static_cast<waiter*>(at)->awake.load(memory_order_acquire) == woken ||
           sim().in_run_.load(memory_order_seq_cst);
  };
  while (!awake(&w)) {
    bool nobody = false;
    if (!in_run_.load(memory_order_seq_cst) && driven_.compare_exchange_strong(nobody, true, memory_order_seq_cst)) {
      drive(relieved, &w);
      driven_.store(false, memory_order_seq_cst);
    } else {
      futex_wait(w.awake, 0, -1);
      std::uint32_t called = asked_to_drive;
      w.awake.compare_exchange_strong(called, 0, memory_order_seq_cst);
    }
  }
  call_next_driver(&w);
}

void sim_engine::call_next_driver(waiter* leaving) noexcept {
  inbox_lock_.lock();
  if (leaving != nullptr) std::erase(sleepers_, leaving);
  if (!driven_.load(memory_order_seq_cst) && !sleepers_.empty()) {
    waiter& next = *sleepers_.back();
    std::uint32_t asleep = 0;
    next.awake.compare_exchange_strong(asleep, asked_to_drive, memory_order_seq_cst);
    futex_wake(next.awake, 1);
  }
  inbox_lock_.unlock();
}

/// Before the goroutine is made runnable: time is the driver's, so foreign threads cannot tell, and the wait that one
/// of them ends counts as time in the run queue. Moments are of 16 ns.
void sim_engine::note_wait_end(waiter& w) noexcept {
  const goroutine& g = *static_cast<const goroutine*>(w.party);
  constexpr std::uint32_t most_ms = 60'000;  // moments go round a little later
  const std::uint32_t ms = static_cast<std::uint32_t>(clock_ / 1'000'000) - g.since_ms.load(memory_order_relaxed);
  const nanoseconds waited =
      ms > most_ms ? nanoseconds{ms} * 1'000'000 : nanoseconds{moment() - w.awake.load(memory_order_relaxed)} << 4;
  note_duration(lane_of_token(0), histogram_of(g.reason.load(memory_order_relaxed)), waited);
  w.awake.store(moment(), memory_order_relaxed);
}

void sim_engine::ready(waiter& w) noexcept {
  switch (w.kind) {
    case waiter_kind::goroutine:
      if (profiles_on.load(memory_order_relaxed) != 0)
        wait_is_ended(w);  // relaxed: a hint. Profiles keep a moment of their own in `awake`
      else if (on_driver())
        note_wait_end(w);
      enqueue(*static_cast<goroutine*>(w.party));
      break;
    case waiter_kind::thread:
      // Before the store, so that the driver does not take the woken thread for a sleeping one. The thread may not have
      // counted itself yet; then the count is one too low for a moment, which only delays a deadlock report.
      outside_parked_.fetch_sub(1, memory_order_seq_cst);
      w.awake.store(woken, memory_order_release);  // pairs with the load in park_outside()
      futex_wake(w.awake, 1);
      signal_inbox();  // if that thread drives, it sleeps there
      return;
    case waiter_kind::coroutine: {
      goroutine* g = make({site::here(), 0, "coroutine"});
      resume_coroutine_in(g->body, w.party);
      start(*g);
      return;
    }
  }
  if (on_driver()) may_interrupt();
}

void sim_engine::arm(timer_entry& entry) noexcept {
  if (entry.when == never) return;
  auto& heap = running_ != nullptr && on_driver() ? deadlines_ : outside_;
  inbox_lock_.lock();
  entry.heap.store(&heap, memory_order_relaxed);
  heap.push(&entry);
  inbox_lock_.unlock();
  if (!on_driver()) signal_inbox();
}

bool sim_engine::disarm(timer_entry& entry) noexcept {
  inbox_lock_.lock();
  auto* const heap = static_cast<deadline_queue<timer_entry>*>(entry.heap.load(memory_order_relaxed));
  const bool armed = heap != nullptr;
  if (armed) heap->remove(&entry);
  entry.heap.store(nullptr, memory_order_relaxed);
  inbox_lock_.unlock();
  return armed;
}

}  // namespace weft::detail

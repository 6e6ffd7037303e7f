// SPDX-License-Identifier: Apache-2.0
//
// The hot path: how a goroutine stops and the next one goes on.
//
// A goroutine that parks or yields picks the next one itself and switches straight to it; only when there is none
// does it switch to the worker's own stack, where the search for work runs (rest.cpp). What the goroutine left to do
// (its commit: to free the lock under which its waiter is linked) is done by whoever arrives next on this worker,
// because only then are the registers saved and the stack at rest:
//
//   me: enter token lock -> w.commit = mine -> switch          other: arrives -> runs w.commit -> leaves token lock
//
// So the token lock is entered on one goroutine's stack and left on another's: it belongs to the worker. As long as it
// is held nobody can take a goroutine out of this token's queue, which is why yield may push itself before it has
// stopped. Publishing itself elsewhere (the global queue, a wait list) is commit's business.
//
// Who joins a task runs, if nothing was woken meanwhile, what was queued last: in a program that forks and joins that
// is the task itself, or what is to be joined just after it. So such a program goes down one branch at a time, with
// about as many goroutines as it is deep, and thieves take the oldest, which are the largest (Blumofe and Leiserson
// 1999, "Scheduling multithreaded computations by work stealing"). First in, first out, it would begin thousands of
// branches before it ends one, each with a stack. The price: what waits behind gets its turn when the slice is over, as
// it does behind two goroutines that wake each other through the slot; and when a worker looks up because of a joiner,
// the global queue comes after its own. Rejected: after a slice to run all that is in the ring; each of them would be a
// branch.
//
// Who waits for anything else makes way for the few that it has just started, in their order (brood.hpp).
//
// A task that its joiner finds where it was queued last has not been seen by anybody else. Then neither needs to be
// queued: the joiner takes it out and switches to it, and where it ends it switches back (`heir`), wherever that is by
// then. So a program that forks and joins, and from which nobody steals, pays for two switches and no lock.
//
// The end of a goroutine. If the next one has not run yet it runs right here, on the stack that just became free, with
// no switch at all: a million short goroutines use one stack. Otherwise the dead one's record and stack are given back
// by `bury`, a commit like any other.
//
// park() and what it may be stand in a section of their own, by which reports know them (park/dump.hpp).
//
// Every function here that switches is noipa: g++ otherwise concludes from the body that some static cannot change
// across the call, and keeps it in a register over the switch (decisions/0003).
//
// Memory ordering: `switches` and `attention` are relaxed: they carry a hint to and from the watchdog. Goroutine
// state is relaxed (goroutine.hpp). What one goroutine wrote is seen by the next worker that runs it through the token
// lock, the global queue's lock or the channel lock that its commit frees.
#include "os/fiber_annotations.hpp"
#include "park/body.hpp"
#include "park/profiles.hpp"
#include "park/registry.hpp"
#include "park/stack_census.hpp"
#include "sched/counters.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "sched/migration.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {
namespace {

void goroutine_entry(void* message);

void count_switch(worker& w) noexcept { add_alone(w.switches, std::uint32_t{1}); }

/// The first thing after a switch, on the worker that came here.
[[gnu::always_inline]] inline void arrive(worker& w) noexcept {
  happens_after(&w.scheduler);  // the making of its thread, errno and all
  if (const commit_function commit = w.commit; commit != nullptr) {
    w.commit = nullptr;
    stand_in by = w.commit_by;
    by.run(commit, w.commit_arg);
  }
  w.lock.leave();
}

[[gnu::noinline]] void take_stack_for(token& t, goroutine& g) noexcept {
  if (g.custom_stack) {
    const stack mapped = map_stack(g.self.bounds.size);
    if (mapped.top == nullptr) fatalf("out of memory: cannot map a stack of %zu bytes", g.self.bounds.size);
    init_fiber(g.self, mapped, &goroutine_entry);
    introduce(g);
    return;
  }
  if (t.stack_count == 0) t.stack_count = take_stacks(t.stacks, warm_stacks / 4);
  if (t.stack_count == 0) fatal("out of memory: cannot map a goroutine's stack");
  init_fiber(g.self, t.stacks[--t.stack_count], &goroutine_entry);
  introduce(g);
}

/// Makes `next` the running goroutine of the worker, which is inside its token lock.
[[gnu::always_inline]] inline void make_current(worker& w, goroutine& next) noexcept {
  token& t = held_by(w);
  if (next.state.load(memory_order_relaxed) == goroutine_state::fresh) {
    take_stack_for(t, next);
    next.home = static_cast<std::uint16_t>(t.index);
  } else if (__builtin_expect(next.home != t.index, 0)) {
    t.near.count_hop();
    next.home = static_cast<std::uint16_t>(t.index);
  }
  next.state.store(goroutine_state::running, memory_order_relaxed);
  w.running = &next;
  *w.party = next.id.load(memory_order_relaxed);
  count_switch(w);
}

/// `noted`: it may have to be noted (park/recorder.hpp).
template <bool noted>
[[gnu::always_inline]] inline void switch_to(worker& w, goroutine& from, goroutine* next) noexcept {
  void* message;
  if (noted && recording(w.events)) note_switch(w.events, from, next);
  if (__builtin_expect(next != nullptr, 1)) {
    make_current(w, *next);
    message = switch_fiber(from.self, next->self, &w, w.exceptions);
  } else {
    w.running = nullptr;
    count_switch(w);
    message = switch_fiber(from.self, w.scheduler, &w, w.exceptions);
  }
  arrive(*static_cast<worker*>(message));
}

void push_global(void* g) {
  const runtime_section inside;
  the.global.push(static_cast<goroutine*>(g));
}

/// Leaves something to be done by whoever arrives next on this worker.
[[gnu::always_inline]] inline void leave_behind(worker& w, commit_function commit, void* arg) noexcept {
  w.commit = commit;
  w.commit_arg = arg;
  w.commit_by = stand_in::of_caller();
}

void release_record(token& t, goroutine& g) noexcept {
  if (measured) ++t.counts.ends;
  add_alone(t.live, std::int64_t{-1});  // only written inside the token lock
  g.id.store(0, memory_order_relaxed);
  g.state.store(goroutine_state::free, memory_order_relaxed);
  t.records[t.record_count++] = &g;
  if (t.record_count < warm_records) return;
  t.record_count = warm_records / 2;
  give_records(t.records + warm_records / 2, warm_records / 2);
}

void release_stack(token& t, const stack& memory) noexcept {
  if (t.stack_count == warm_stacks) {
    t.stack_count = warm_stacks / 2;
    give_stacks(t.stacks + warm_stacks / 2, warm_stacks / 2);
  }
  t.stacks[t.stack_count++] = memory;
}

/// The commit of a goroutine that has ended: it is at rest, for good.
void bury(void* arg) {
  const runtime_section inside;
  goroutine& g = *static_cast<goroutine*>(arg);
  runtime_left_as(g.self.notes);
  const worker& w = *current_worker();
  token* const t = w.held.load(memory_order_relaxed);
  // Without a token: if it is not orphaned its run waits for it, and if it is, the end of the run has seen to it.
  if (t == nullptr) {
    the.rest_lock.lock();
    if (w.orphaned.load(memory_order_relaxed)) {
      the.rest_lock.unlock();
      on_token_lost(w);
    }
  }
  retire_fiber(g.self);
  const stack memory = g.self.bounds;
  g.self.bounds = {};
  if (g.custom_stack) {
    note_stack_end(g, memory);
    unmap_stack(memory);
  } else if (t != nullptr)
    release_stack(*t, memory);
  else
    give_stack(memory);
  if (t != nullptr) {
    release_record(*t, g);
    return;
  }
  the.started_outside.fetch_sub(1, memory_order_relaxed);
  count_shared(stats_counter::ends);
  discard(g);
  the.rest_lock.unlock();
}

/// True if what a goroutine has that ends here, inside the token lock, fits into the token's caches.
[[gnu::always_inline]] inline bool can_give_back(const goroutine& dead, const token& t) noexcept {
  return !asan_on && !tsan_on && !dead.custom_stack && t.stack_count < warm_stacks && t.record_count + 1 < warm_records;
}

/// The stack of a goroutine that has ended goes to one that starts; both records belong to this worker.
void inherit_fiber(fiber& dead, fiber& heir) noexcept {
  heir.bounds = dead.bounds;
  dead.bounds = {};
}

/// True if `next` may run on the stack of `dead` without a switch.
[[gnu::always_inline]] inline bool can_inherit(const goroutine& dead, const goroutine* next) noexcept {
  return !tsan_on && next != nullptr && next->state.load(memory_order_relaxed) == goroutine_state::fresh &&
         !next->custom_stack && !dead.custom_stack;
}

/// Who is to go on now that the goroutine has ended: its joiner, or whoever is next. Null: the worker must look up.
[[gnu::always_inline]] inline goroutine* next_at_end(worker& w, token& t) noexcept {
  waiter* const heir = w.heir;
  if (heir == nullptr) return next_here(w, t);
  w.heir = nullptr;
  auto* const joiner = static_cast<goroutine*>(heir->party);
  if (is_abandoned(*joiner)) return next_here(w, t);
  joiner->state.store(goroutine_state::woken, memory_order_relaxed);
  if (t.until_look_up > 1 && !w.attention.load(memory_order_relaxed)) {
    --t.until_look_up;
    return joiner;
  }
  if (goroutine* const displaced = t.queue.exchange_next(joiner); displaced != nullptr) push_back(t, *displaced);
  return next_here(w, t);
}

/// The goroutine has ended where it has no token.
[[gnu::noinline]] void wake_heir(worker& w) noexcept {
  if (w.heir != nullptr) ready(*std::exchange(w.heir, nullptr));
}

[[gnu::noinline, gnu::noipa]] void goroutine_entry(void* message) {
  runtime_entered();
  worker* w = static_cast<worker*>(message);
  fiber_started(w->running->self);
  arrive(*w);
  goroutine* g = w->running;
  for (;;) {
    happens_after(g);
    runtime_left();
    run_body(*g);
    runtime_entered();
    happens_before(g);  // its record will be another goroutine's
    happens_before(&the.drain);
    w = current_worker();
    if (w == nullptr) panic("weft: a goroutine ends with a pin that was not destroyed");
    const bool inside = w->lock.enter();
    goroutine* const next = inside ? next_at_end(*w, held_by(*w)) : nullptr;
    if (!inside) wake_heir(*w);
    if (recording(w->events)) note_end(w->events, *g, next);
    if (inside && can_inherit(*g, next)) {
      inherit_fiber(g->self, next->self);
      release_record(held_by(*w), *g);
      next->state.store(goroutine_state::running, memory_order_relaxed);
      next->home = static_cast<std::uint16_t>(held_by(*w).index);
      g = next;
      w->running = next;
      *w->party = next->id.load(memory_order_relaxed);
      count_switch(*w);
      w->lock.leave();
      continue;
    }
    if (next != nullptr) {
      make_current(*w, *next);
      if (can_give_back(*g, held_by(*w))) {
        release_stack(held_by(*w), g->self.bounds);
        g->self.bounds = {};
        release_record(held_by(*w), *g);
      } else {
        leave_behind(*w, bury, g);
      }
      switch_fiber_last(g->self, next->self, w, w->exceptions);
    }
    leave_behind(*w, bury, g);
    w->running = nullptr;
    switch_fiber_last(g->self, w->scheduler, w, w->exceptions);
  }
}

/// The goroutine that runs, which is about to leave.
[[gnu::always_inline]] inline void queue_again(worker& w, token& t, goroutine& me) noexcept {
  me.state.store(goroutine_state::runnable, memory_order_relaxed);
  if (force_migration || !t.queue.push_back(&me)) {
    leave_behind(w, push_global, &me);
  }
}

/// Yields by way of the worker's own stack. Now and then measures when it is its turn again.
[[gnu::noinline, gnu::noipa]] void yield_looking_up(worker& w, token& t) {
  goroutine& me = *w.running;
  const std::uint32_t weight = sample_weight(w, t);
  const std::uint32_t since = weight != 0 ? moment_now() : 0;
  queue_again(w, t, me);
  switch_to<true>(w, me, nullptr);
  if (weight != 0) note_latency(since, weight);
}

/// Inside the token lock, which it leaves.
template <bool noted>
[[gnu::always_inline]] inline void leave_turn(worker& w) {
  goroutine& me = *w.running;
  token& t = held_by(w);
  if (measured) ++t.counts.yields;
  goroutine* const next = next_here(w, t);
  if (next == nullptr && t.until_look_up != 0 && !w.attention.load(memory_order_relaxed)) {  // nobody else
    w.lock.leave();
    return;
  }
  if (next == nullptr) [[unlikely]] {
    yield_looking_up(w, t);
    return;
  }
  queue_again(w, t, me);
  switch_to<noted>(w, me, next);
}

}  // namespace

[[gnu::noinline, gnu::noipa]] void yield_inside(worker& w) { leave_turn<true>(w); }

[[gnu::noinline, gnu::noipa]] void yield_noted(worker& w) {
  if (profiles_on.load(memory_order_relaxed) != 0) note_yield(*w.running);  // relaxed: a hint
  if (w.lock.enter())
    yield_inside(w);
  else
    requeue_without_token(w);
}

[[gnu::noinline, gnu::noipa]] void yield() noexcept {
  const runtime_section inside;
  worker* const w = current_worker();
  if (w == nullptr || w->running == nullptr) {
    yield_outside();
    return;
  }
  if (recording(w->events)) {
    yield_noted(*w);
    return;
  }
  if (!w->lock.enter<sure_light_fence>()) {
    requeue_without_token(*w);
    return;
  }
  leave_turn<false>(*w);
}

/// For a goroutine that parks without a token. In a forked child it would sleep for ever. If its run is over, its
/// waiter will be where somebody may find it, but nobody may run it: it stays abandoned.
[[gnu::noinline]] goroutine* park_without_token(const worker& w, goroutine& me) noexcept {
  count_shared(stats_counter::parks);
  if (the.at.load(memory_order_acquire) == phase::forked) refuse_use("a blocking operation");
  if (w.orphaned.load(memory_order_relaxed)) leave_for_good(me);
  return nullptr;
}

/// Parks by way of the worker's own stack; what is to be done then has been left behind. Now and then measures the
/// wait, unless profiles do: they keep a moment of their own in `awake`.
[[gnu::noinline, gnu::noipa, gnu::section("weft_parking")]] void park_looking_up(worker& w, waiter& who) noexcept {
  goroutine& me = *w.running;
  const bool timed = w.lock.is_inside() && profiles_on.load(memory_order_relaxed) == 0;  // outside there is no token
  const std::uint32_t weight = timed ? sample_weight(w, held_by(w)) : 0;
  if (weight != 0) {
    who.kind = weight == 1 ? timed_alone : timed_for_many;
    who.awake.store(moment_now(), memory_order_relaxed);
  }
  switch_to<true>(w, me, nullptr);
  happens_after(&me);
  if (weight != 0) note_latency(who.awake.load(memory_order_relaxed), weight);
}

/// Parks the running goroutine of a worker that may be without a token; `commit` publishes it.
[[gnu::noinline, gnu::noipa]] void leave_worker(worker& w, commit_function commit, void* arg) noexcept {
  goroutine& me = *w.running;
  goroutine* const next = w.lock.enter() ? next_here(w, held_by(w)) : nullptr;
  leave_behind(w, commit, arg);
  switch_to<true>(w, me, next);
}

namespace {

[[gnu::noinline]] void gather_brood(token& t, const goroutine* parent) noexcept {
  t.young.gather(t.queue, t.woken, parent,
                 [](const goroutine* g) { return g->state.load(memory_order_relaxed) == goroutine_state::fresh; });
}

[[gnu::always_inline]] inline goroutine* next_to_park(worker& w, token& t, const goroutine& me, bool joining) noexcept {
  if (measured) ++t.counts.parks;
  if (t.young.any()) [[unlikely]] {
    gather_brood(t, joining ? nullptr : &me);
  }
  return next_here(w, t, joining);
}

template <bool noted>
[[gnu::always_inline]] inline void park_goroutine(worker& w, goroutine& me, waiter& who, wait_reason reason,
                                                  const void* object, commit_function commit, void* arg) {
  who.kind = waiter_kind::goroutine;
  who.party = &me;
  note_wait(me, reason, object);
  const std::uint64_t begun = noted ? wait_begins(who) : 0;
  const bool joining = reason == wait_reason::join;
  const bool entered = noted ? w.lock.enter() : w.lock.enter<sure_light_fence>();
  goroutine* const next = entered ? next_to_park(w, held_by(w), me, joining) : park_without_token(w, me);
  leave_behind(w, commit, arg);
  if (next == nullptr) [[unlikely]] {
    park_looking_up(w, who);
  } else {
    switch_to<noted>(w, me, next);
    happens_after(&me);
  }
  if (begun != 0) wait_has_ended(me, begun);
}

/// What park() does rarely: on a foreign thread, or while something is noted.
[[gnu::noinline, gnu::noipa, gnu::section("weft_parking")]] void park_carefully(waiter& who, wait_reason reason,
                                                                                const void* object,
                                                                                commit_function commit, void* arg) {
  worker* const w = current_worker();
  if (w == nullptr || w->running == nullptr)
    park_outside(who, reason, object, commit, arg);
  else
    park_goroutine<true>(*w, *w->running, who, reason, object, commit, arg);
}

}  // namespace

[[gnu::noinline, gnu::noipa, gnu::section("weft_parking")]] void park(waiter& who, wait_reason reason,
                                                                      const void* object, commit_function commit,
                                                                      void* arg) {
  const runtime_section inside;
  worker* const w = current_worker();
  if (w == nullptr || w->running == nullptr || recording(w->events)) {
    park_carefully(who, reason, object, commit, arg);
  } else {
    park_goroutine<false>(*w, *w->running, who, reason, object, commit, arg);
  }
}

[[gnu::noinline, gnu::noipa, gnu::section("weft_parking")]] bool park_until_end(goroutine& awaited,
                                                                                std::uint64_t number, waiter& who,
                                                                                waiter*& published,
                                                                                const void* object) {
  const runtime_section inside;
  worker* const w = current_worker();
  if (force_migration || asan_on || tsan_on || w == nullptr || w->running == nullptr) return false;
  if (recording(w->events) || profiles_on.load(memory_order_relaxed) != 0 || !w->lock.enter_at_once<sure_light_fence>())
    return false;
  token& t = held_by(*w);
  const bool looks_up = t.until_look_up <= 1 || w->attention.load(memory_order_relaxed);
  const bool is_it = awaited.id.load(memory_order_relaxed) == number &&
                     awaited.state.load(memory_order_relaxed) == goroutine_state::fresh;
  if (looks_up || !is_it || !t.queue.take_if_last(&awaited)) {
    w->lock.leave();
    return false;
  }
  goroutine& me = *w->running;
  who.kind = waiter_kind::goroutine;
  who.party = &me;
  note_wait(me, wait_reason::join, object);
  if (measured) ++t.counts.parks;
  --t.until_look_up;
  published = &who;
  switch_to<false>(*w, me, &awaited);
  return true;
}

void ready_at_end(waiter& who) noexcept {
  worker* const w = current_worker();
  const bool at_once = !force_migration && !asan_on && !tsan_on && w != nullptr && w->running != nullptr &&
                       who.kind == waiter_kind::goroutine && !recording(w->events) &&
                       !has_waited_long(*static_cast<goroutine*>(who.party));
  if (at_once)
    w->heir = &who;
  else
    ready(who);
}

/// From the worker's own stack: runs `g` and whatever follows it, until there is nothing more to run here.
[[gnu::noinline, gnu::noipa]] void run_scheduled(worker& w, goroutine& g) {
  if (recording(w.events)) note_run(w.events, g);
  make_current(w, g);
  switch_fiber(w.scheduler, g.self, &w, w.exceptions);
  if (const commit_function commit = w.commit; commit != nullptr) {
    w.commit = nullptr;
    stand_in by = w.commit_by;
    by.run(commit, w.commit_arg);
  }
}

}  // namespace weft::detail

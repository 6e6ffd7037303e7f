// SPDX-License-Identifier: Apache-2.0
//
// Making goroutines runnable, and waking workers for them.
//
// A goroutine that is woken goes into the slot of its waker's token (reference C7, W5): it runs next here, with the
// data still warm. Whether another worker is worth waking is the one decision that matters for speed, because waking an
// idle core costs 10 us for the waker and 60 us until the other one runs (performance.md), a hundred channel
// operations. The rule:
//
//   1. If the token has other work queued besides the slot, wake a worker (when somebody is idle and nobody searches).
//   2. If the slot is all there is, wake nobody: the waker usually parks within a microsecond and runs it itself. Two
//      goroutines that play ping-pong stay on one core.
//   3. If the waker does not park, the watchdog notices within a millisecond or two and sends a worker to take the
//      slot; the token then becomes `eager` for a while: its next wake-ups are given at once, since this program's
//      wakers do go on computing.
//   4. While its goroutines hop between tokens, a token keeps a short queue to itself (locality.hpp).
//
// Rejected: waking always, as Go does, which makes ping-pong on two cores eight times slower than on one; and never
// waking for the slot, which would serialise a producer that computes with its consumer.
//
// Memory ordering: goroutine states, ids and counts are relaxed; what a waker wrote reaches the woken goroutine through
// the token lock or the global queue's lock. The phase is acquired, pairing with boot().
#include "os/fiber_annotations.hpp"
#include "park/body.hpp"
#include "park/profiles.hpp"
#include "park/registry.hpp"
#include "sched/counters.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "sched/migration.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {
namespace {

constexpr std::uint64_t id_batch = 16;  // as Go: reference G4

/// A record that will be written soon: its lines may be cold, and there are several to come.
void fetch_ahead(const goroutine* g) noexcept {
  const auto* const bytes = reinterpret_cast<const char*>(g);
  __builtin_prefetch(bytes, 1);
  __builtin_prefetch(bytes + 64, 1);
  __builtin_prefetch(bytes + 128, 1);
}

/// The worker's own stack, outside its lock: it looks around before it sleeps (settle, a due timer run by the keeper).
/// It may have been given a token that it has not seen yet, so `held` does not tell.
bool at_rest(const worker& w) noexcept { return w.running == nullptr && !w.lock.is_inside(); }

/// A party without a token that queues a goroutine: run() waits for it before it gives up what is left (run.cpp).
class visit {
 public:
  visit() noexcept { the.visitors.fetch_add(1, memory_order_seq_cst); }
  visit(const visit&) = delete;
  visit& operator=(const visit&) = delete;
  ~visit() { the.visitors.fetch_sub(1, memory_order_seq_cst); }

  /// False: the run is over, and what is queued now would be found by the next one.
  [[nodiscard]] bool welcome() const noexcept { return the.at.load(memory_order_seq_cst) == phase::running; }
};

/// `noted`: by the recorder.
void ready_from_outside(goroutine& g, bool noted) noexcept {
  const visit here;
  if (!here.welcome() || is_abandoned(g)) return;
  if (!noted) note_queued(lane_here(), g, event_kind::ready);
  g.state.store(goroutine_state::woken, memory_order_relaxed);
  happens_before(&g);
  inject(g);
}

void start_from_outside(goroutine& g) noexcept {
  const visit here;
  if (!here.welcome()) {
    leave_for_good(g);
    return;
  }
  note_queued(lane_here(), g, event_kind::start);
  the.started_outside.fetch_add(1, memory_order_relaxed);
  count_shared(stats_counter::starts);
  if (the.watchdog_pace.load(memory_order_relaxed) == watchdog_none) start_watchdog();
  inject(g);
}

/// Whether a worker ought to be woken for what has just been put into the slot. Inside the token lock.
template <void (*fence)() = light_fence>
[[gnu::always_inline]] inline bool wants_worker(token& t) noexcept {
  if (!the.idle.worker_wanted<fence>()) return false;
  if (shares(t)) return true;
  if (t.eager == 0) return false;
  --t.eager;
  return true;
}

/// Queues `g` at the worker's token, inside its lock. True if a worker ought to be woken. `starts`: it is new.
[[gnu::always_inline]] inline bool queue_here(worker& w, goroutine& g, bool starts) noexcept {
  if (force_migration) {
    the.global.push(&g);
    return the.idle.worker_wanted();
  }
  token& t = held_by(w);
  goroutine* const displaced = t.queue.exchange_next(&g);
  if (displaced != nullptr) {
    push_back(t, *displaced);
    if (starts) t.young.note_birth(w.running);
  }
  return wants_worker(t);
}

/// Inside the token lock.
[[gnu::always_inline]] inline void count_start(token& t) noexcept {
  if (measured) ++t.counts.starts;
  add_alone(t.live, std::int64_t{1});  // only written inside the token lock
}

enum class queued : std::uint8_t { not_yet, done, done_and_wake };

/// ready() and start() where nothing is unusual, and nothing is to be noted: a goroutine of this worker queues another,
/// which becomes `state`. It calls nothing, so that the compiler need not save registers around it. `starts`: it counts
/// as alive from now on.
[[gnu::always_inline]] inline queued queue_at_once(worker* w, goroutine& g, goroutine_state state,
                                                   bool starts) noexcept {
  if (force_migration || asan_on || tsan_on || w == nullptr || w->running == nullptr) return queued::not_yet;
  if (recording(w->events) || (starts ? is_abandoned(g) : wants_a_closer_look(g))) return queued::not_yet;
  if (!w->lock.enter_at_once<sure_light_fence>()) return queued::not_yet;
  token& t = held_by(*w);
  goroutine* const displaced = t.queue.next();
  if (displaced != nullptr && !t.queue.push_back(displaced)) {
    w->lock.leave();
    return queued::not_yet;
  }
  g.state.store(state, memory_order_relaxed);
  t.queue.set_next(&g);
  if (starts) {
    count_start(t);
    if (displaced != nullptr) t.young.note_birth(w->running);
  }
  const bool wake = wants_worker<sure_light_fence>(t);
  w->lock.leave();
  return wake ? queued::done_and_wake : queued::done;
}

/// The same for what a timer or a descriptor woke (fired.hpp). The worker, which looks for work, runs the first itself.
bool queue_fired(worker& w, goroutine& g) noexcept {
  if (force_migration) {
    the.global.push(&g);
    return the.idle.worker_wanted();
  }
  token& t = held_by(w);
  if (!t.woken.queue(t.queue, &g)) overflow_to_global(t, g);
  return t.queue.ring_size() > 1 && the.idle.worker_wanted();
}

void ready_goroutine(goroutine& g) noexcept {
  const runtime_section inside;
  worker* const w = current_worker();
  if (w == nullptr || at_rest(*w)) {
    ready_from_outside(g, false);
    return;
  }
  if (is_abandoned(g)) return;
  if (recording(w->events)) note_queued(&w->events, g, event_kind::ready);
  g.state.store(goroutine_state::woken, memory_order_relaxed);
  happens_before(&g);
  if (w->running == nullptr) {  // on the worker's own stack, inside the lock already: a timer fired
    if (queue_fired(*w, g)) wake_worker();
    return;
  }
  if (!w->lock.enter()) {  // it queues for a token when it next waits: who is halfway through must not be held up
    if (the.at.load(memory_order_acquire) == phase::forked) refuse_use("weft");
    ready_from_outside(g, true);
    return;
  }
  const bool wake = queue_here(*w, g, false);
  w->lock.leave();
  if (wake) wake_worker();
}

[[gnu::noinline]] void start_carefully(goroutine& g) noexcept {
  const runtime_section inside;
  introduce(g);
  happens_before(&g);
  worker* const w = current_worker();
  const bool nested = w != nullptr && w->running == nullptr;
  if (w == nullptr || at_rest(*w) || (!nested && !w->lock.enter())) {
    start_from_outside(g);
    return;
  }
  token& t = held_by(*w);
  if (recording(w->events)) note_queued(&w->events, g, event_kind::start);
  count_start(t);
  const bool wake = queue_here(*w, g, true);
  if (!nested) w->lock.leave();
  if (wake) wake_worker();
  const bool alone = nested && id_of(&g) == 1;  // main: there is nobody to hold up yet
  if (__builtin_expect(the.watchdog_pace.load(memory_order_relaxed) == watchdog_none, 0) && !alone) start_watchdog();
}

goroutine* make_outside(const start_options& options) {
  goroutine* g = nullptr;
  take_records(&g, 1);
  happens_after(g);
  prepare_record(*g, take_ids(1), options);
  return g;
}

/// On a thread without a token. One whose run is over stops here, unless it is halfway through something (`late`): it
/// may have claimed others, who must be woken.
goroutine* make_without_token(const start_options& options) {
  if (!options.late) {
    if (const worker* const w = current_worker(); w != nullptr) on_token_lost(*w);
    boot_outside("go()");
  } else if (the.at.load(memory_order_acquire) == phase::not_started) {
    boot(0);
  }
  return make_outside(options);
}

[[gnu::noinline]] void ready_coroutine(waiter& w) noexcept {
  goroutine* const g = make_goroutine({site::here(), 0, "coroutine", true});
  resume_coroutine_in(g->body, w.party);
  start(*g);
}

/// A goroutine whose wait is measured if it was long, or has kept others from a lock.
[[gnu::noinline]] void ready_carefully(waiter& w) noexcept {
  goroutine& g = *static_cast<goroutine*>(w.party);
  if ((profiles_on.load(memory_order_relaxed) & profile_contention) != 0) wait_is_ended(w);
  if (has_waited_long(g)) note_long_wait(g);
  ready_goroutine(g);
}

/// On the worker's own stack, inside its lock: a descriptor or a timer woke it, and nothing is unusual. False: nothing
/// has been done.
[[gnu::always_inline]] inline bool ready_fired(worker* w, goroutine& g) noexcept {
  if (asan_on || tsan_on || w == nullptr || w->running != nullptr || !w->lock.is_inside()) return false;
  if (recording(w->events) || wants_a_closer_look(g)) return false;
  g.state.store(goroutine_state::woken, memory_order_relaxed);
  if (queue_fired(*w, g)) wake_worker();
  return true;
}

/// What is no goroutine, or one whose wait is timed.
[[gnu::noinline]] void ready_other(waiter& w) noexcept {
  if (w.kind == waiter_kind::thread) return ready_outside(w);
  if (w.kind == waiter_kind::coroutine) return ready_coroutine(w);
  note_timed_ready(w);
  ready_goroutine(*static_cast<goroutine*>(w.party));
}

}  // namespace

void push_back(token& t, goroutine& g) noexcept {
  if (__builtin_expect(!t.queue.push_back(&g), 0)) overflow_to_global(t, g);
}

void overflow_to_global(token& t, goroutine& extra) noexcept {
  goroutine* half[129];
  const std::uint32_t n = t.queue.take_half(half);
  half[n] = &extra;
  the.global.push(half, n + 1);
}

void inject(goroutine& g) noexcept {
  the.global.push(&g);
  if (the.idle.worker_wanted()) wake_worker();
}

void ready(waiter& w) noexcept {
  if (w.kind != waiter_kind::goroutine) [[unlikely]] {
    return ready_other(w);
  }
  worker* const here = current_worker();  // first: then only `w` is kept across the call
  const queued how = queue_at_once(here, *static_cast<goroutine*>(w.party), goroutine_state::woken, false);
  if (how == queued::not_yet) [[unlikely]] {
    if (!ready_fired(here, *static_cast<goroutine*>(w.party))) ready_carefully(w);
    return;
  }
  if (how == queued::done_and_wake) wake_worker();
}

goroutine* make_goroutine(const start_options& options) {
  const runtime_section inside;
  worker* const w = current_worker();
  if (w == nullptr || at_rest(*w)) return make_without_token(options);
  const bool nested = w->running == nullptr;
  if (!nested && !w->lock.enter()) {
    return make_without_token(options);
  }
  token& t = held_by(*w);
  if (t.record_count == 0) t.record_count = take_records(t.records, warm_records / 4);
  goroutine* const g = t.records[--t.record_count];
  if (t.record_count >= 4) fetch_ahead(t.records[t.record_count - 4]);
  if (t.next_id == t.last_id) {
    t.next_id = take_ids(id_batch);
    t.last_id = t.next_id + id_batch;
  }
  happens_after(g);
  prepare_record(*g, t.next_id++, options);
  if (!nested) w->lock.leave();
  return g;
}

void start(goroutine& g) noexcept {
  queued how = queued::not_yet;
  if (the.watchdog_pace.load(memory_order_relaxed) != watchdog_none) [[likely]] {
    how = queue_at_once(current_worker(), g, goroutine_state::fresh, true);
  }
  if (how == queued::not_yet) [[unlikely]] {
    return start_carefully(g);
  }
  if (how == queued::done_and_wake) wake_worker();
}

}  // namespace weft::detail

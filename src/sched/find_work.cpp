// SPDX-License-Identifier: Apache-2.0
//
// What a worker runs next, and where it looks when its own queue is empty.
//
// The order is Go's (reference W2), but for two things: the worker looks up from its own queue at every 61st switch
// (the global queue, descriptors) and as often as deadlines want it (pace.hpp); and the search for work of others asks
// a victim's lock only if the victim's queue looks nonempty.
//
//   own timers -> descriptors -> slot -> ring -> global queue -> steal half of a random victim's ring, several rounds
//   -> in the last rounds also a victim's slot, if the victim has not switched since the search began, and the due
//   timers of tokens that nobody holds
//
// Timers that are no worker's own (of foreign threads, of tokens that GOMAXPROCS no longer reaches) are looked at with
// the own ones.
//
// Memory ordering: the sizes and switch counts of others are read relaxed, as hints; who acts on them has their token
// lock or the global queue's lock.
#include "os/clock.hpp"
#include "os/thread_local.hpp"
#include "sched/counters.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "weft/detail/panic.hpp"

#include <algorithm>
#include <utility>

namespace weft::detail {
namespace {

constexpr unsigned search_rounds = 16;
constexpr unsigned pauses_per_round = 40;  // 16 rounds take about 8 us, less than waking a worker costs
constexpr unsigned grant_patience = 60;    // pauses; a victim that switches often passes by within a microsecond

/// A share of the global queue: one to run, the rest into the ring.
goroutine* take_global(token& t) noexcept {
  const std::size_t size = the.global.size();
  if (size == 0) return nullptr;
  std::size_t share = size / the.wanted.load(memory_order_relaxed) + 1;
  if (share > 128) share = 128;
  const std::size_t room = 256 - t.queue.ring_size();
  if (share > room + 1) share = room + 1;
  goroutine* taken[129];
  const std::size_t n = the.global.pop(taken, share);
  if (n == 0) return nullptr;
  count_here(t, stats_counter::global_takes);
  for (std::size_t i = 1; i < n; ++i) check(t.queue.push_back(taken[i]), "the ring has room for its share");
  return taken[0];
}

/// It is time to look up. True: a round has ended.
bool count_look(token& t) noexcept {
  t.counts.turns += t.pace.interval();
  t.woken.refill(t.queue, t.pace.interval());
  return t.pace.count_round();
}

/// The token's own deadlines, and those that are no worker's own. `timely`: not because somebody asked for attention.
void fire_due(token& t, bool timely) {
  const nanoseconds shared = earliest_shared();
  if (shared == never && t.timers.earliest() == never) {
    if (timely) t.pace.relax(the.coarse_ms.load(memory_order_relaxed), monotonic_ns);
    return;
  }
  const nanoseconds time = monotonic_ns();
  run_timers(t.timers, time);
  if (shared <= time) run_shared_timers(time);
  if (timely) t.pace.adjust(time, std::min(t.timers.earliest(), earliest_shared()));
}

/// Looks up from the own queue: as often as its pace says (pace.hpp), and when somebody asked for attention. Only on
/// the worker's own stack: what fires here takes channel locks, and a goroutine that parks holds some until its commit.
///
/// The global queue comes first when it is its turn, and every other time if goroutines use up their slices; else the
/// own one. A token whose goroutines all lose it to the watchdog, or all run for a slice, comes here for every one of
/// them, and neither queue may keep the other waiting.
goroutine* next_carefully(worker& w, token& t) noexcept {
  const bool over_slice = w.attention.load(memory_order_relaxed);
  const bool timely = t.until_look_up <= 1;
  const bool due = timely && count_look(t);
  const bool youngest = std::exchange(t.joining, false) && !over_slice;
  const bool global_first = (due && !youngest) || (over_slice && t.global_turn);
  publish_counts(t);
  if (due) t.near.look(look_pace::longest, take_lock_wait(), the.active.load(memory_order_relaxed), monotonic_ns);
  if (over_slice) t.global_turn = !t.global_turn;
  if (w.attention.load(memory_order_relaxed)) {
    w.attention.store(false, memory_order_relaxed);
    // Whoever waits in the ring comes before those who have had a slice (Y1).
    if (goroutine* spent = t.woken.take_spent(t.queue, w.switches.load(memory_order_relaxed)); spent != nullptr)
      push_back(t, *spent);
    if (the.at.load(memory_order_relaxed) != phase::running || t.retired.load(memory_order_relaxed)) return nullptr;
  }
  fire_due(t, timely);
  t.until_look_up = timely ? t.pace.interval() : t.until_look_up - 1;
  // Who has just been woken by the poller, or has other work, need not ask it once more before it is time to.
  const bool asks = due || over_slice || t.queue.size() == 0;
  if (asks && the.descriptors.load(memory_order_relaxed) != 0) poll_descriptors();
  if (global_first) {
    if (goroutine* g = take_global(t); g != nullptr) return g;
  }
  if (t.woken.any(t.queue)) {
    t.woken.defer_slot(t.queue);
    t.woken.begin_turn(w.switches.load(memory_order_relaxed));
  }
  if (over_slice) t.young.let_old_forward(t.queue, t.woken);
  if (goroutine* g = t.queue.take_next(); g != nullptr) return g;
  if (goroutine* g = youngest && !t.woken.any(t.queue) ? t.queue.pop_back() : t.queue.pop_front(); g != nullptr)
    return g;
  return global_first ? nullptr : take_global(t);
}

/// Lets this worker into the victim's token; false if it is not to be had now.
bool enter_as_thief(worker& owner, const token& victim) noexcept {
  if (!owner.lock.contest()) return false;
  if (!owner.lock.inspect(grant_patience)) return false;
  if (owner.held.load(memory_order_acquire) == &victim) return true;  // pairs with tie()
  owner.lock.give_back();
  return false;
}

goroutine* steal_from(worker& w, token& victim, bool slot_too) noexcept {
  worker* const owner = victim.owner.load(memory_order_acquire);
  if (owner == nullptr || owner == &w) return nullptr;
  if (!shares(victim) && !(slot_too && victim.queue.size() != 0)) return nullptr;
  if (!enter_as_thief(*owner, victim)) return nullptr;
  goroutine* loot[128];
  std::uint32_t n = victim.queue.take_half(loot);
  if (n == 0 && slot_too) {
    loot[0] = victim.queue.take_next();
    if (loot[0] != nullptr) {
      n = 1;
      victim.eager = 64;
    }
  }
  owner->lock.give_back();
  if (n == 0) return nullptr;
  if (recording(w.events)) note(&w.events, event_kind::steal, victim.index, n);
  token& mine = held_by(w);
  count_here(mine, stats_counter::steals);
  count_here(mine, stats_counter::stolen, n);
  for (std::uint32_t i = 1; i < n; ++i) check(mine.queue.push_back(loot[i]), "a thief's ring is empty");
  return loot[0];
}

/// One round over all victims, from a random one on.
goroutine* steal_round(worker& w, bool slot_too, const std::uint32_t* switches_before) noexcept {
  const std::uint32_t n = the.made.load(memory_order_acquire);
  std::uint32_t at = w.chance.below(n);
  for (std::uint32_t i = 0; i < n; ++i, at = at + 1 == n ? 0 : at + 1) {
    token& victim = *the.tokens[at].load(memory_order_acquire);
    bool slot = slot_too;
    if (slot && at < 64) {
      const worker* const owner = victim.owner.load(memory_order_acquire);
      slot = owner != nullptr && owner->switches.load(memory_order_relaxed) == switches_before[at];
    }
    if (goroutine* g = steal_from(w, victim, slot); g != nullptr) return g;
  }
  return nullptr;
}

goroutine* search_others(worker& w) noexcept {
  std::uint32_t switches_before[64];
  const std::uint32_t n = the.made.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < n && i < 64; ++i) {
    const worker* const owner = the.tokens[i].load(memory_order_acquire)->owner.load(memory_order_acquire);
    switches_before[i] = owner != nullptr ? owner->switches.load(memory_order_relaxed) : 0;
  }
  for (unsigned round = 0; round < search_rounds; ++round) {
    if (the.at.load(memory_order_relaxed) != phase::running) return nullptr;
    const bool last = round + 2 >= search_rounds;
    if (goroutine* g = steal_round(w, last, switches_before); g != nullptr) return g;
    if (goroutine* g = take_global(held_by(w)); g != nullptr) return g;
    for (unsigned i = 0; i < pauses_per_round; ++i) spin_pause();
  }
  return nullptr;
}

/// The due timers of every token: some may be held by nobody, or by somebody who does not look.
bool run_all_timers() {
  if (earliest_deadline() == never) return false;
  const nanoseconds time = monotonic_ns();
  bool any = run_timers(the.outside_timers, time);
  const std::uint32_t n = the.made.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < n; ++i) any |= run_timers(the.tokens[i].load(memory_order_acquire)->timers, time);
  return any;
}

}  // namespace

bool run_timers(timer_heap& heap, nanoseconds time) {
  std::uint64_t fired = 0;
  nanoseconds late = 0;
  stats_lane& lane = lane_here(current_worker());
  for (waiter* won = nullptr; heap.fire_one(time, won, &late); won = nullptr) {
    ++fired;
    note_duration(lane, stats_duration::timer_late, late);
    if (won != nullptr) ready(*won);
  }
  if (fired != 0) note(lane_here(), event_kind::timer, 0, fired);
  return fired != 0;
}

// Those of foreign threads and of tokens that GOMAXPROCS no longer reaches: no worker's own.
bool run_shared_timers(nanoseconds time) {
  bool any = run_timers(the.outside_timers, time);
  const std::uint32_t n = the.made.load(memory_order_acquire);
  for (std::uint32_t i = the.wanted.load(memory_order_acquire); i < n; ++i) {
    any |= run_timers(the.tokens[i].load(memory_order_acquire)->timers, time);
  }
  return any;
}

nanoseconds earliest_shared() noexcept {
  nanoseconds first = the.outside_timers.earliest();
  const std::uint32_t n = the.made.load(memory_order_acquire);
  for (std::uint32_t i = the.wanted.load(memory_order_acquire); i < n; ++i) {
    const nanoseconds own = the.tokens[i].load(memory_order_acquire)->timers.earliest();
    if (own < first) first = own;
  }
  return first;
}

nanoseconds earliest_deadline() noexcept {
  nanoseconds first = the.outside_timers.earliest();
  const std::uint32_t n = the.made.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < n; ++i) {
    const nanoseconds own = the.tokens[i].load(memory_order_acquire)->timers.earliest();
    if (own < first) first = own;
  }
  return first;
}

bool work_visible() noexcept {
  if (the.global.size() != 0) return true;
  const std::uint32_t n = the.made.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < n; ++i) {
    if (shares(*the.tokens[i].load(memory_order_acquire))) return true;
  }
  return false;
}

goroutine* find_work(worker& w) {
  token& t = held_by(w);
  goroutine* g = nullptr;
  if (the.at.load(memory_order_acquire) == phase::running && !t.retired.load(memory_order_relaxed)) {
    g = next_carefully(w, t);
    if (g == nullptr && the.wanted.load(memory_order_relaxed) > 1) {
      if (!w.searching && 2 * the.idle.searching() < the.active.load(memory_order_relaxed)) {
        the.idle.begin_search();
        w.searching = true;
      }
      if (w.searching) {
        count_here(t, stats_counter::searches);
        g = search_others(w);
      }
    }
    if (g == nullptr && run_all_timers()) g = next_carefully(w, t);
  }
  if (w.searching && g != nullptr) {
    w.searching = false;
    if (the.idle.end_search() && work_visible()) hand_on_search();
  } else if (g != nullptr && shares(t) && the.idle.worker_wanted()) {
    wake_worker();  // timers or descriptors have queued more than this worker runs now
  }
  return g;
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Looking at the descriptors that somebody waits for (park/watch.cpp knows who).
//
// Invariants
//   1. `the.descriptors` counts those who wait, or are about to.
//   2. Who has been taken is made ready before the taker stops counting as active: a deadlock is never seen in between.
//
// Who looks: the keeper while it sleeps, busy workers as they look up (find_work.cpp), the watchdog if neither does.
//
// Memory ordering: `polled_at` is a hint for the watchdog, relaxed: with an older value it looks once more, or later.
#include <algorithm>
#include <iterator>

#include "os/clock.hpp"
#include "park/watch.hpp"
#include "sched/counters.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"

namespace weft::detail {

namespace {

/// The watchdog need not look, and has the time.
void note_look() noexcept {
  const nanoseconds time = monotonic_ns();
  the.polled_at.store(time, memory_order_relaxed);
  set_coarse_clock(time);
}

/// Who may read for those who have been taken. They count as active: either stop() waits for us, or we see that it has
/// begun.
worker* reader_here(nanoseconds timeout) noexcept {
  if (timeout != 0 || the.idle.any_idle() || the.at.load(memory_order_seq_cst) != phase::running) return nullptr;
  return current_worker();
}

constexpr std::uint32_t turns_fetched = 8;

// Null: who took the token away has made the ring longer, and we see the end of it before what is there.
void fetch_pages(const goroutine* g) noexcept {
  if (g == nullptr) return;
  __builtin_prefetch(g->object.load(memory_order_relaxed), 1);
  __builtin_prefetch(g->self.at.sp);  // null: it has no stack yet
}

void fetch_frames(const goroutine* g) noexcept {
  if (g == nullptr) return;
  const auto frames = reinterpret_cast<std::uintptr_t>(g->self.at.sp);
#pragma GCC unroll 9
  for (std::uintptr_t line = 0; line < 9; ++line) {
    __builtin_prefetch(reinterpret_cast<const void*>(frames + line * 64));
  }
}

}  // namespace

bool poll_watchers(wait_list& taken, nanoseconds timeout) {
  epoll_set* const set = watch_set();
  if (set == nullptr) return false;
  poll_event events[most_events];
  if (timeout != 0)
    the.polled_at.store(never, memory_order_relaxed);
  else
    note_look();
  const std::size_t found = set->wait(events, std::size(events), timeout);
  count_shared(stats_counter::polls);
  if (timeout != 0) note_look();
  if (found == 0) return false;
  note(lane_here(), event_kind::descriptors, 0, found);
  count_active();  // until the caller has made them ready
  seated_readers readers;
  take_watchers(events, found, taken, &readers);
  if (worker* const w = reader_here(timeout); w != nullptr)
    w->reader.read_for(readers, the.wanted.load(memory_order_relaxed));
  count_shared(stats_counter::poll_wakes, found);
  if (!taken.empty()) return true;
  count_inactive();
  return false;
}

void poll_descriptors() {
  wait_list taken;
  if (!poll_watchers(taken, 0)) return;
  wake_taken(taken);
  count_inactive();
}

void break_poll() noexcept {
  if (epoll_set* const set = watch_set(); set != nullptr) set->wake();
}

/// The stack of one that waited for a descriptor has become cold if many do, and so has what it waited for; in a server
/// with many connections each stack is a page of its own, and a miss of the TLB. No instruction passes a prefetch
/// that walks the page tables, but walks go on beside each other, so the pages are fetched for several turns at once.
/// Somebody may take them from the queue at the same time.
void fetch_next_turn() noexcept {
  worker* const w = tsan_on ? nullptr : current_worker();
  const token* const t = w != nullptr ? w->held.load(memory_order_relaxed) : nullptr;
  if (t == nullptr) return;
  const std::uint32_t front = t->queue.front();
  const std::uint32_t waiting = t->queue.back() - front;
  if (static_cast<std::int32_t>(waiting) <= 0) return;
  if (w->fetched - front - 1 >= turns_fetched) {
    const std::uint32_t n = std::min(waiting, turns_fetched);
    for (std::uint32_t i = 0; i < n; ++i) fetch_pages(t->queue.at(front + i));
    w->fetched = front + n;
  }
  fetch_frames(t->queue.at(front));
}

void watch_wait_begins() {
  const bool foreign = current_worker() == nullptr;
  if (foreign) need_runtime("a wait for a descriptor");
  if (the.descriptors.fetch_add(1, memory_order_seq_cst) == 0) nudge_keeper();  // it may not be polling yet
  if (foreign) ensure_keeper();
}

void watch_waits_end(std::size_t n) noexcept {
  the.descriptors.fetch_sub(static_cast<std::uint32_t>(n), memory_order_seq_cst);
}

}  // namespace weft::detail

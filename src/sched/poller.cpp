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
#include <iterator>

#include "os/clock.hpp"
#include "park/watch.hpp"
#include "sched/counters.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"

namespace weft::detail {

bool poll_watchers(wait_list& taken, nanoseconds timeout) {
  epoll_set* const set = watch_set();
  if (set == nullptr) return false;
  poll_event events[128];
  the.polled_at.store(timeout != 0 ? never : monotonic_ns(), memory_order_relaxed);
  const std::size_t found = set->wait(events, std::size(events), timeout);
  count_shared(stats_counter::polls);
  if (timeout != 0) the.polled_at.store(monotonic_ns(), memory_order_relaxed);
  if (found == 0) return false;
  note(lane_here(), event_kind::descriptors, 0, found);
  count_active();  // until the caller has made them ready
  take_watchers(events, found, taken);
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

namespace {

/// Who runs when the caller waits: its stack is fetched meanwhile, which has become cold if many wait for descriptors.
/// A hint: somebody may take it from the queue at the same time.
void fetch_next(const worker& w) noexcept {
  const token* const t = w.held.load(memory_order_relaxed);
  const goroutine* const next = t != nullptr && !tsan_on ? t->queue.first() : nullptr;
  if (next == nullptr) return;
  const auto frames = reinterpret_cast<std::uintptr_t>(next->self.at.sp);  // 0: it has no stack yet
  for (std::uintptr_t line = 0; line < 12; ++line) {
    __builtin_prefetch(reinterpret_cast<const void*>(frames - 192 + line * 64));
  }
}

}  // namespace

void watch_wait_begins() {
  const worker* const w = current_worker();
  const bool foreign = w == nullptr;
  if (foreign)
    need_runtime("a wait for a descriptor");
  else
    fetch_next(*w);
  if (the.descriptors.fetch_add(1, memory_order_seq_cst) == 0) nudge_keeper();  // it may not be polling yet
  if (foreign) ensure_keeper();
}

void watch_waits_end(std::size_t n) noexcept {
  the.descriptors.fetch_sub(static_cast<std::uint32_t>(n), memory_order_seq_cst);
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// The end of a wait, measured; see counters.hpp.
//
// Memory ordering: `reason`, `since_ms` and `awake` are relaxed (goroutine.hpp): the waiter's owner reads what its
// party wrote before it was published.
#include "os/fiber_annotations.hpp"
#include "sched/counters.hpp"
#include "sched/current.hpp"

namespace weft::detail {

[[gnu::noinline]] void note_timed_ready(waiter& who) noexcept {
  const runtime_section inside;
  const goroutine& g = *static_cast<const goroutine*>(who.party);
  if (has_waited_long(g)) {
    note_long_wait(g);
  } else {
    note_duration(lane_here(current_worker()), histogram_of(g.reason.load(memory_order_relaxed)),
                  since_moment(who.awake.load(memory_order_relaxed)), who.kind == timed_for_many ? many : 1);
  }
  who.awake.store(moment_now(), memory_order_relaxed);
}

[[gnu::noinline]] void note_long_wait(const goroutine& g) noexcept {
  const runtime_section inside;
  if (is_abandoned(g)) return;
  const std::uint32_t ms = the.coarse_ms.load(memory_order_relaxed) - g.since_ms.load(memory_order_relaxed);
  if (ms >= std::uint32_t{1} << 31) return;  // the clock is behind
  note_duration(lane_here(current_worker()), histogram_of(g.reason.load(memory_order_relaxed)),
                nanoseconds{ms} * 1'000'000);
}

[[gnu::noinline]] void note_latency(std::uint32_t since, std::uint32_t weight) noexcept {
  const runtime_section inside;
  note_duration(lane_here(current_worker()), stats_duration::run_queue, since_moment(since), weight);
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// What the statistics page says of the present, and how a token's counts are brought there by another.
//
// Memory ordering: gauges are relaxed; whoever looks writes what it sees. Counts are read inside the token's lock.
#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "sched/counters.hpp"
#include "sched/current.hpp"

namespace weft::detail {
namespace {

void put(stats_word& word, std::uint64_t value) noexcept { word.store(value, memory_order_relaxed); }

stats_word& gauge(const token& t, stats_gauge what) noexcept { return t.lane->gauges[static_cast<std::size_t>(what)]; }

/// What the token's worker has counted since it last looked up. Not if it is busy inside: then it will do so itself.
void fetch_counts(token& t) noexcept {
  worker* const owner = t.owner.load(memory_order_acquire);  // pairs with tie()
  if (owner == nullptr) return;
  if (owner == current_worker()) {
    if (owner->lock.is_inside() || !owner->lock.enter()) return;
    publish_counts(held_by(*owner));
    owner->lock.leave();
    return;
  }
  if (!owner->lock.contest() || !owner->lock.inspect(0)) return;
  if (owner->held.load(memory_order_acquire) == &t) publish_counts(t);  // pairs with tie()
  owner->lock.give_back();
}

}  // namespace

void write_gauges(nanoseconds time) noexcept {
  stats_head& head = stats();
  const std::uint32_t made = the.made.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < made; ++i) {
    const token& t = *the.tokens[i].load(memory_order_acquire);
    const worker* const owner = t.owner.load(memory_order_acquire);
    put(gauge(t, stats_gauge::held), owner != nullptr);
    put(gauge(t, stats_gauge::queued), t.queue.size());
    put(gauge(t, stats_gauge::blocking), owner != nullptr && is_blocking(*owner));
  }
  put(head.gomaxprocs, the.wanted.load(memory_order_relaxed));
  put(head.tokens_idle, the.idle.idle());
  const std::int64_t live = live_goroutines();
  put(head.goroutines, live > 0 ? static_cast<std::uint64_t>(live) : 0);
  put(head.global_queue, the.global.size());
  put(head.descriptor_waits, the.descriptors.load(memory_order_relaxed));
  const std::int32_t outside_waits = the.outside_parked.load(memory_order_relaxed);
  put(head.outside_waits, outside_waits > 0 ? static_cast<std::uint64_t>(outside_waits) : 0);
  put(head.next_deadline_ns, static_cast<std::uint64_t>(earliest_deadline()));
  the.rest_lock.lock();
  put(head.threads, the.worker_count + (the.watchdog_started.load(memory_order_relaxed) ? 1 : 0));
  the.rest_lock.unlock();
  put(head.looked_ns, static_cast<std::uint64_t>(time));
}

void refresh_stats() noexcept {
  const runtime_section inside;
  const phase at = the.at.load(memory_order_acquire);
  if (at == phase::not_started || at == phase::forked) return;
  const std::uint32_t made = the.made.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < made; ++i) fetch_counts(*the.tokens[i].load(memory_order_acquire));
  write_gauges(monotonic_ns());
}

}  // namespace weft::detail

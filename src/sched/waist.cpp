// SPDX-License-Identifier: Apache-2.0
//
// Engine sched: the small functions of park.hpp (park, yield: switch.cpp; ready, start: wake.cpp; blocking:
// blocking.cpp), and what tests may ask.
//
// Memory ordering: `outside_state` only needs to be different each time: relaxed. `held` is the worker's own: relaxed.
#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "os/stack.hpp"
#include "park/registry.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "weft/detail/panic.hpp"
#include "weft/testing.hpp"

namespace weft::detail {

goroutine* current() noexcept {
  const runtime_section inside;
  worker* const w = current_worker();
  if (w != nullptr) return w->running;
  worker* const pinned = pinned_worker();
  return pinned != nullptr ? static_cast<goroutine*>(pinned->running) : nullptr;
}

event_lane* lane_here() noexcept {
  worker* const w = current_worker();
  return w != nullptr ? &w->events : nullptr;
}

bool can_start() noexcept {
  const phase at = the.at.load(memory_order_acquire);  // pairs with boot()
  return at != phase::stopped && at != phase::forked;
}

nanoseconds now() noexcept { return monotonic_ns(); }

namespace {

/// The worker's token has an earlier deadline than before. One that is far away will be seen in any case.
void look_up_in_time(worker& w, nanoseconds when) noexcept {
  constexpr std::int32_t far_away = 1'000;  // ms
  const auto ms = static_cast<std::uint32_t>(when / 1'000'000) - the.coarse_ms.load(memory_order_relaxed);
  if (static_cast<std::int32_t>(ms) > far_away) return;
  const bool inside = w.lock.is_inside();
  if (!inside && !w.lock.enter_at_once()) return;
  if (token* const t = w.held.load(memory_order_relaxed); t != nullptr)
    t->until_look_up = t->pace.hurry(t->until_look_up);
  if (!inside) w.lock.leave();
}

}  // namespace

void arm(timer_entry& entry) noexcept {
  const runtime_section inside;
  if (entry.when == never) return;
  worker* const w = current_worker();
  token* const t = w != nullptr ? w->held.load(memory_order_relaxed) : nullptr;
  if (w == nullptr) need_runtime("a deadline");
  timer_heap& heap = t != nullptr   ? t->timers
                     : w != nullptr ? the.tokens[0].load(memory_order_acquire)->timers  // it has lost its token
                                    : the.outside_timers;
  entry.of_goroutine = w != nullptr || pinned_worker() != nullptr;
  const nanoseconds when = entry.when;  // once armed, the entry may be gone
  const bool first = heap.arm(entry);
  if (first) deadline_armed(when);
  if (first && t != nullptr) look_up_in_time(*w, when);
  if (w == nullptr) ensure_keeper();
}

bool disarm(timer_entry& entry) noexcept { return timer_heap::disarm(entry); }

std::uint64_t draw() noexcept {
  const runtime_section inside;
  if (worker* const w = current_worker(); w != nullptr) return w->chance.next();
  static atomic<std::uint64_t> outside_state{entropy()};
  return random_source(outside_state.fetch_add(0x9e3779b97f4a7c15, memory_order_relaxed)).next();
}

std::uint32_t lane() noexcept {
  const runtime_section inside;
  const worker* const w = current_worker();
  const token* const t = w != nullptr ? w->held.load(memory_order_relaxed) : nullptr;
  return t != nullptr ? t->index : no_lane;
}

}  // namespace weft::detail

namespace weft::testing {

census count() {
  const detail::runtime_section inside;
  census c;
  detail::for_each_goroutine(
      [](void* arg, detail::goroutine& g) {
        auto& counted = *static_cast<census*>(arg);
        const auto state = g.state.load(detail::memory_order_relaxed);
        if (state == detail::goroutine_state::abandoned) return;
        ++counted.goroutines;
        if (g.self.bounds.top != nullptr) ++counted.stacks;
        const bool counted_outside = g.pinned.load(detail::memory_order_relaxed);
        if (state == detail::goroutine_state::waiting && !counted_outside) ++counted.waiters;
      },
      &c);
  c.waiters += static_cast<std::size_t>(detail::the.outside_parked.load(detail::memory_order_seq_cst));
  return c;
}

void settle() {
  if (detail::current() == nullptr) detail::panic("settle() on a thread that is no goroutine");
  detail::waiter self;
  detail::wait_node node;
  node.who = &self;
  detail::the.settle_lock.lock();
  detail::the.settlers.push_back(node);
  detail::park(
      self, detail::wait_reason::other, nullptr, [](void*) { detail::the.settle_lock.unlock(); }, nullptr);
}

}  // namespace weft::testing

// SPDX-License-Identifier: Apache-2.0
//
// The profiles: what is kept, and under which lock; saving them is in save_profiles.cpp.
//
// A wait's beginning is kept on the waiting goroutine's stack, and, for whoever ends it, in the word of the waiter that
// threads sleep on and goroutines have no use for: in units of 1024 ticks, with a 1 so that it is not 0.
//
// Sampling follows Go's runtime (mprof.go): a wait that is shorter than the rate is noted with the probability of its
// share, and then counts as many times.
//
// Memory ordering: settings and what reports read are relaxed, they order nothing; the profiles have locks.
#include "park/profiles.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "os/pages.hpp"
#include "os/walk.hpp"
#include "park/native_locks.hpp"
#include "park/profile_state.hpp"
#include "park/recorder_state.hpp"
#include "weft/detail/simulated.hpp"

namespace weft::detail {

atomic<std::uint8_t> profiles_on{0};

namespace {

constexpr std::size_t stacks_kept = 4096;
constexpr int tick_shift = 10;

/// Relaxed: only different each time.
std::uint64_t throw_dice() noexcept {
  static atomic<std::uint64_t> thrown{0};
  return random_source(thrown.fetch_add(0x9e3779b97f4a7c15, memory_order_relaxed)).next();
}

bool is_lock(wait_reason reason) noexcept {
  return reason == wait_reason::mutex_lock || reason == wait_reason::rwmutex_lock ||
         reason == wait_reason::rwmutex_rlock;
}

/// 0 if the processors' clocks disagree so much that a wait has ended before it began.
std::uint64_t ns_of(std::uint64_t ticks) noexcept {
  const double ns = static_cast<double>(static_cast<std::int64_t>(ticks)) * ns_per_tick();
  return ns > 0 ? static_cast<std::uint64_t>(ns) : 0;
}

/// The stack of the function that calls it, without that function.
[[gnu::always_inline]] inline void note_stack(stack_entry& seen, const goroutine& g) noexcept {
  const std::size_t n = walk_caller(g.self.bounds, seen.frames, stack_entry::most_frames);
  if (n == 0) return;
  std::copy(seen.frames + 1, seen.frames + n, seen.frames);
  seen.depth = static_cast<std::uint32_t>(n - 1);
}

}  // namespace

profile_state& profiles() noexcept {
  static constinit profile_state only;
  return only;
}

bool kept_profile::open() noexcept {
  lock.lock();
  if (table.entries == nullptr) {
    table.entries = static_cast<stack_entry*>(map_zeros(stacks_kept * sizeof(stack_entry)));
    if (table.entries != nullptr) table.capacity = stacks_kept;
  }
  const bool good = table.entries != nullptr;
  lock.unlock();
  return good;
}

void switch_profile(std::uint8_t which, bool on) noexcept {
  const runtime_section inside;
  prepare_recorder();
  if (on)
    profiles_on.fetch_or(which, memory_order_relaxed);
  else
    profiles_on.fetch_and(static_cast<std::uint8_t>(~which), memory_order_relaxed);
  set_mode(recorder().mode.load(memory_order_relaxed), 0);
}

void describe(stack_entry& entry, const goroutine& g) noexcept {
  entry.label = g.label;
  entry.file = g.file;
  entry.line = g.line;
}

std::uint64_t wait_begins(waiter& who) noexcept {
  const std::uint8_t on = profiles_on.load(memory_order_relaxed);
  if (on == 0) return 0;
  const std::uint64_t ticks = event_ticks();
  // Relaxed: read by whoever completes the wait, which it is published to.
  if ((on & profile_contention) != 0) {
    who.awake.store(static_cast<std::uint32_t>(ticks >> tick_shift) | 1, memory_order_relaxed);
  }
  if ((on & profile_native) != 0) note_native_stop(*static_cast<goroutine*>(who.party), "waits");
  return (on & profile_waits) != 0 ? ticks : 0;
}

[[gnu::noinline]] void note_yield(goroutine& me) noexcept {
  if (native_locks_are_watched()) note_native_stop(me, "yields");
}

[[gnu::noinline]] void wait_has_ended(goroutine& me, std::uint64_t begun) noexcept {
  profile_state& p = profiles();
  const std::uint64_t rate = p.block_rate.load(memory_order_relaxed);
  const std::uint64_t waited = ns_of(event_ticks() - begun);
  if (rate == 0) return;
  stack_entry seen;
  seen.count = 1;
  seen.sum = waited;
  if (waited < rate) {
    if (throw_dice() % rate >= waited) return;
    seen.count = rate / waited;
    seen.sum = rate;
  }
  describe(seen, me);
  note_stack(seen, me);
  p.blocks.add(seen);
}

[[gnu::noinline]] void wait_is_ended(const waiter& who) noexcept {
  const runtime_section inside;
  profile_state& p = profiles();
  const std::uint64_t n = p.mutex_fraction.load(memory_order_relaxed);
  const std::uint32_t begun = who.awake.load(memory_order_relaxed);
  const auto& woken = *static_cast<const goroutine*>(who.party);
  goroutine* const me = current();
  if (n == 0 || begun == 0 || me == nullptr || !is_lock(woken.reason.load(memory_order_relaxed))) return;
  if (throw_dice() % n != 0) return;
  const std::uint32_t units = static_cast<std::uint32_t>(event_ticks() >> tick_shift) - begun;
  stack_entry seen;
  seen.count = n;
  seen.sum = n * (units < 1u << 31 ? ns_of(std::uint64_t{units} << tick_shift) : 0);
  describe(seen, *me);
  note_stack(seen, *me);
  p.mutexes.add(seen);
}

}  // namespace weft::detail

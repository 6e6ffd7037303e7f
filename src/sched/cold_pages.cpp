// SPDX-License-Identifier: Apache-2.0
//
// Memory that a goroutine has left behind: who once went deep and then waits for long keeps every page that its stack
// ever touched. Go copies such stacks to smaller ones when it collects garbage; here a stack stays where it is, and the
// pages below its stack pointer go back to the system.
//
// When. At moments when no worker is active (the watchdog looks, watchdog.cpp). Then every goroutine is at rest, and
// none can go on as long as the rest lock is held, because a worker becomes active under it: no goroutine needs to be
// claimed, and the switch knows nothing of this. So a few at a time are looked at under that lock, some 50 us long; a
// worker that is woken meanwhile waits for so much. A process that is never idle, not even for an instant, keeps its
// cold pages.
//
// Which. Goroutines that have waited for a second, once in each wait. `home` (goroutine.hpp) marks them: it is
// overwritten when they go on. Not those that are pinned, which may run beside the workers, nor those of a finished
// run.
//
// How much. The whole pages below the saved stack pointer, the red zone, and what switch_context keeps below it.
//
// Rejected: to let the goroutine do it before it parks, as it does not know how long it will wait; and a claim that the
// switch would look at, which costs every switch something for the sake of a process that does not sleep.
//
// Who owns what: the cursor is the watchdog's.
//
// Memory ordering: relaxed, as all states (goroutine.hpp). What a goroutine did before it came to rest is seen through the
// rest lock, which its worker has held since.
#include "os/clock.hpp"
#include "os/pages.hpp"
#include "park/registry.hpp"
#include "sched/engine.hpp"

namespace weft::detail {
namespace {

constexpr std::uint32_t long_wait_ms = 1'000;
constexpr unsigned looked_at_once = 512;  // records
constexpr unsigned freed_at_once = 64;    // stacks

/// Whether it has waited for long at a place where its stack pointer is known, and is not marked yet.
bool is_cold(const goroutine& g, std::uint32_t now_ms) noexcept {
  return g.state.load(memory_order_relaxed) == goroutine_state::waiting && g.home != home_cold &&
         !g.pinned.load(memory_order_relaxed) && now_ms - g.since_ms.load(memory_order_relaxed) >= long_wait_ms &&
         g.self.bounds.top != nullptr && g.self.bounds.holds(g.self.at.sp);
}

/// Under the rest lock, nobody active. False: it has come to the last record.
bool free_some_locked(registry_cursor& at, std::uint32_t now_ms) noexcept {
  unsigned freed = 0;
  for (unsigned i = 0; i < looked_at_once && freed < freed_at_once; ++i) {
    goroutine* const g = next_goroutine(at);
    if (g == nullptr) return false;
    if (!is_cold(*g, now_ms)) continue;
    discard_pages(g->self.bounds.low(), static_cast<std::byte*>(g->self.at.sp) - discard_margin);
    g->home = home_cold;
    ++freed;
  }
  return true;
}

}  // namespace

bool free_cold_pages(registry_cursor& at) noexcept {
  const auto now_ms = static_cast<std::uint32_t>(monotonic_ns() / 1'000'000);
  the.rest_lock.lock();
  const bool more = the.active.load(memory_order_seq_cst) == 0 && free_some_locked(at, now_ms);
  the.rest_lock.unlock();
  return more;
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// The record of a goroutine: everything the runtime keeps of it apart from its stack.
//
// A record is 160 bytes in a slab that is never freed (registry.hpp), so that whoever walks the registry, a
// report or a debugger, may read any record at any time; `id` tells whether it is still the goroutine it was. A
// goroutine has no stack until it first runs: a million started ones cost a million records and no stack page.
//
// States, and who moves them (always the worker that holds the goroutine at that moment)
//   free -> fresh        make_goroutine
//   fresh -> running     a worker, at the first run: the stack is assigned
//   running -> waiting   park, after the switch and before commit
//   waiting -> woken     ready, by whoever owns the waiter's completion; it can run, but may still be linked where
//                        something else would have completed it
//   running -> runnable  yield
//   woken, runnable -> running  the worker that picked it
//   running -> free      the goroutine's end
//   any -> abandoned     run() ended and left it where it was (abandon.cpp)
// Reports read `state` without a lock, so it is atomic and relaxed: it orders nothing. What a resumed goroutine sees
// is ordered by the queue it travelled through.
//
// Who owns the other fields: the worker that runs the goroutine; while it waits, its waiter's completer; while it is
// queued, the queue. `object`, `since_ms` and `reason` are written by the goroutine before it parks; reports that look
// at a running process read them racily and say so (relaxed).
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/fiber.hpp"
#include "os/stack.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/party.hpp"

namespace weft::detail {

enum class goroutine_state : std::uint8_t { free, fresh, runnable, running, waiting, woken, abandoned };

/// A `home` that is no token's: the pages below its stack pointer were given back in this wait (sched/cold_pages.cpp).
inline constexpr std::uint16_t home_cold = 0xffff;

struct alignas(32) goroutine {
  fiber self;                   // where it goes on; its stack's bounds. Without a stack yet: {null, the size asked for}
  atomic<std::uint64_t> id{0};  // 0 while free
  atomic<const void*> object{nullptr};  // what it waits for; an address to print
  const char* file = "";                // where it was started
  std::uint32_t line = 0;
  atomic<std::uint32_t> since_ms{0};  // coarse clock at the park; 0 when it is abandoned
  const char* label = nullptr;
  atomic<goroutine_state> state{goroutine_state::free};
  atomic<wait_reason> reason{wait_reason::none};
  atomic<bool> pinned{false};     // it keeps its thread, and waits there: `self` is not where it is
  atomic<bool> joins{false};      // it is about to join, or does; written by itself, see completion.hpp
  bool custom_stack : 1 = false;  // its stack came from map_stack, not from the arena
  bool on_segment : 1 = false;    // self.bounds is a segment (segments.cpp); its own stack lies below
  std::uint8_t wakes = 0;         // how often it was made runnable, as noted by the recorder; event.hpp
  std::uint16_t home = 0;         // the token that last ran it, as the engine numbers them
  closure body;
};

static_assert(asan_on || tsan_on || sizeof(goroutine) == 160);

/// It stays where it is, whoever wakes it. To ready() it has then waited for very long, so that only where a wait was
/// long it need look at the state. Memory ordering: relaxed, pairs with nothing: abandon.cpp.
inline void leave_for_good(goroutine& g) noexcept {
  g.since_ms.store(0, memory_order_relaxed);
  g.state.store(goroutine_state::abandoned, memory_order_relaxed);
}

[[nodiscard, gnu::always_inline]] inline bool is_abandoned(const goroutine& g) noexcept {
  return g.state.load(memory_order_relaxed) == goroutine_state::abandoned;
}

/// Whether a goroutine waits there: engines have kinds of their own for those whose wait they time.
[[nodiscard]] inline bool is_of_goroutine(const waiter& w) noexcept {
  return w.kind != waiter_kind::thread && w.kind != waiter_kind::coroutine;
}

/// Set in the id of each main but the first. All of them are shown as 1 (G4), but what one has left locked when its
/// run ended must not seem to be held by the next.
inline constexpr std::uint64_t later_main = std::uint64_t{1} << 61;

[[nodiscard]] inline std::uint64_t shown_id(std::uint64_t id) noexcept { return (id & later_main) != 0 ? 1 : id; }

/// The number under which it is a party (party.hpp).
[[nodiscard]] inline party_number party_of(const goroutine& g) noexcept { return g.id.load(memory_order_relaxed); }

}  // namespace weft::detail

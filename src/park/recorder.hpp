// SPDX-License-Identifier: Apache-2.0
//
// The flight recorder: what the engines note of what they do, and how it is kept, whole or in part.
//
// Each worker has a lane: a ring of its own (trace/ring.hpp), which only its thread writes, and a gate. The gate is the
// one word that is read where something could be noted: 0 says no, and nothing else is done. Threads that are no
// workers, and goroutines that keep their thread, share one lane, under a lock.
//
// Modes
//   off      every gate is 0 (WEFT_DIAG=flight=off)
//   flight   always, unless it is off: a worker notes `budget` events, then a gap, and then nothing until the watchdog
//            renews the budget, 10 ms later. A worker with fewer events than that is recorded without gaps; one that
//            passes thirty million values a second through a channel, which would spend all its time on notes, is
//            recorded now and then, and spends less than a hundredth of its time on it.
//   full     between trace::start() and trace::stop(), or with WEFT_TRACE: everything
//
// Under engine sim, whose time is virtual, everything is noted in both.
//
// Who owns what. A lane's gate is written by its thread, which counts down, and by who renews or changes modes; a store
// that gets lost between them costs some events, or notes some more, until the next renewal. `ring` is changed by the
// lane's thread only, to one that was offered to it, larger. Rings are never given back: somebody may be reading them.
//
// Memory ordering: gates and modes are relaxed, they order nothing. A gate of 0 was written after its writer had read
// that fences are not full, which is for good: whoever reads it may fence as lightly as one who has read that himself.
// A ring is released with `ring` or `offered`.
#pragma once

#include <cstddef>
#include <cstdint>

#include "park/goroutine.hpp"
#include "trace/event.hpp"
#include "trace/ring.hpp"
#include "weft/detail/atomic.hpp"

namespace weft::detail {

using event_ring = record_ring<4>;

/// In a gate: it is not 0, though nothing may be noted. A profile is on, or fences are full (os/membarrier.hpp).
inline constexpr std::uint32_t kept_open = std::uint32_t{1} << 30;

struct event_lane {
  atomic<std::uint32_t> gate{kept_open};  // how many events may be noted; with `unlimited`, or 0: none
  std::uint32_t number = 0;               // set once
  atomic<event_ring*> ring{nullptr};
  atomic<event_ring*> offered{nullptr};
  atomic<std::uint64_t> from{0};  // which event of the ring is the first that a trace shows
  event_lane* next = nullptr;     // of all lanes; set once
};

// ---- hooks: for the engines, in a runtime_section ------------------------------------------------------------------

/// Whether to call what follows. Relaxed: a hint. False says besides that fences are light, so the hot paths look at
/// one word where they would look at two, and what the recorder costs them is nothing.
[[nodiscard, gnu::always_inline]] inline bool recording(const event_lane& lane) noexcept {
  return __builtin_expect(lane.gate.load(memory_order_relaxed) != 0, 0);
}

/// `from` has stopped, for the reason that its state tells; `next`, if there is one, runs. By the lane's thread.
void note_switch(event_lane& lane, goroutine& from, goroutine* next) noexcept;
void note_run(event_lane& lane, goroutine& g) noexcept;
void note_end(event_lane& lane, goroutine& g, goroutine* next) noexcept;

/// Somebody is about to make it runnable, who owns it: `ready` or `start`.
void note_queued(event_lane* own, goroutine& g, event_kind how) noexcept;

/// Anything else. `own` is the calling thread's lane; null: it has none.
void note(event_lane* own, event_kind kind, std::uint64_t id, std::uint64_t first = 0,
          std::uint64_t second = 0) noexcept;

/// A pinned goroutine stops or runs, on a thread that has no lane.
void note_pinned(goroutine& g, event_kind how) noexcept;

/// A new lane; its thread need not exist yet.
void open_lane(event_lane& lane) noexcept;

/// The watchdog's, every 10 ms.
void renew_budgets() noexcept;

/// Once in a process, before there is a lane: reads WEFT_TRACE and WEFT_DIAG.
void prepare_recorder() noexcept;

/// Calls visit(arg, begin, size) for each ring: addresses stand in them that nobody holds any more.
void for_each_event_memory(void (*visit)(void* arg, const void* begin, std::size_t size), void* arg);

/// Defined by the engines: the lane of the calling thread, or null.
[[nodiscard]] event_lane* lane_here() noexcept;

// ---- what was noted ------------------------------------------------------------------------------------------------

/// Writes what the rings hold as Chrome's JSON. Async-signal-safe, waits for nobody, and may be called on any thread
/// while all others go on. 0, or an errno: no memory, or what the
/// descriptor refused something for.
int write_trace(int fd) noexcept;

/// Where a report is made of something that has gone wrong: writes the trace to the file that WEFT_TRACE or
/// WEFT_DIAG=flight=FILE names, once in a process, and says so on `fd`. Nothing if none is named.
void leave_trace(int fd) noexcept;

/// WEFT_DIAG=stall=MS: for so long nobody must get on while somebody runs. 0: not asked for.
[[nodiscard]] std::uint32_t stall_limit_ms() noexcept;

}  // namespace weft::detail

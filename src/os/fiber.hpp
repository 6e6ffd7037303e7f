// SPDX-License-Identifier: Apache-2.0
//
// A fiber: a computation with a stack of its own. Floor 1 knows how to leave one and enter another; which one is next,
// and what a goroutine is, engines know.
//
// A switch does three things: it swaps the thread's C++ exception state, tells the sanitizers, and jumps. On arrival it
// completes what the sanitizers want to know. Everything is inlined into the engine's function that switches, which
// must be noipa (the rules are in context.hpp).
//
// Who may touch a fiber: the thread that runs it, or, while it is suspended, whoever owns the right to resume it. The
// switch writes `at`, `exceptions` and `notes` before the jump; the right to resume must be given away after it only,
// by the fiber that has been switched to (park.hpp says how).
//
//   made      init_fiber                       entry has not begun
//   running   switch_fiber(.., to, ..)         on some thread
//   suspended switch_fiber(from, ..)           anywhere, for ever if need be
//   done      switch_fiber_last(from, ..)      its stack may be given back, retire_fiber
#pragma once

#include <cstddef>

#include "os/context.hpp"
#include "os/exception_state.hpp"
#include "os/fiber_annotations.hpp"
#include "os/stack.hpp"

namespace weft::detail {

struct fiber {
  cpu_context at;              // where it goes on; stale while it runs
  exception_state exceptions;  // its C++ exception state; stale while it runs
  stack bounds;                // the stack it runs on: its own, or for a while a segment (segment.hpp)
  [[no_unique_address]] fiber_notes notes;
};

static_assert(asan_on || tsan_on || sizeof(fiber) <= 56);

/// Lets `f` start with entry(message) on `where` when it is first switched to. `entry` calls fiber_started first and
/// ends in switch_fiber_last. What the caller has done happens before the entry, for ThreadSanitizer, unless
/// announce_fiber(f.notes) was called earlier: then what was done before that call.
inline void init_fiber(fiber& f, const stack& where, void (*entry)(void* message)) noexcept {
  if constexpr (asan_on || tsan_on) forget_stack(where.low(), where.size);
  f.bounds = where;
  f.exceptions = {};
  make_context(f.at, where.top, entry);
  announce_fiber(f.notes);
}

/// Makes `f` stand for the calling thread and its own stack, so that fibers can switch to it.
void adopt_thread(fiber& f) noexcept;

/// Calls visit(arg, begin, size) for the part of a thread's own stack below where it last left that for another fiber:
/// if it has come back since, what stands there are frames of the runtime's. Not for what is further away than the
/// kernel keeps other mappings from a stack that it lets grow: the bounds of such a stack are what it may yet get.
template <class Visit>
void visit_unused_stack(const fiber& thread, Visit visit, void* arg) {
  constexpr std::ptrdiff_t most = std::ptrdiff_t{256} * 1024;
  const auto* const sp = static_cast<const std::byte*>(thread.at.sp);
  if (sp == nullptr || !thread.bounds.holds(sp)) return;
  const std::ptrdiff_t below = sp - thread.bounds.low();
  const std::ptrdiff_t size = below < most ? below : most;
  visit(arg, sp - size, static_cast<std::size_t>(size));
}

/// The first thing an entry does.
[[gnu::always_inline]] inline void fiber_started(fiber& self) noexcept { announce_arrival(self.notes); }

/// Leaves `from`, which is running, for `to`, which is not. `live` is this_thread_exceptions() of the calling thread.
/// Returns in `from` with the message of whoever switches back, maybe on another thread.
[[gnu::always_inline]] inline void* switch_fiber(fiber& from, fiber& to, void* message,
                                                 exception_state* live) noexcept {
  swap_exceptions(from.exceptions, *live, to.exceptions);
  announce_switch(from.notes, to.notes, to.bounds);
  message = switch_context(from.at, to.at, message);
  announce_arrival(from.notes);
  return message;
}

/// Leaves `from` for good. After the jump its stack and record may be given back, but not before: `to` does that.
[[noreturn, gnu::always_inline]] inline void switch_fiber_last(fiber& from, fiber& to, void* message,
                                                               exception_state* live) noexcept {
  swap_exceptions(from.exceptions, *live, to.exceptions);
  announce_switch(from.notes, to.notes, to.bounds);
  switch_context(from.at, to.at, message);
  __builtin_unreachable();
}

/// Ends what the sanitizers know of a fiber that will never run again. The caller runs on another fiber.
inline void retire_fiber(fiber& f) noexcept { announce_end(f.notes); }

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// THE WAIST. Everything that blocks calls park; everything that wakes calls ready. Above this line nobody sees a
// thread, a run queue or a stack; below it nobody sees a channel or a lock. Two engines define these functions,
// sched/ (worker threads) and sim/ (one thread, seeded, virtual time), and a program links one of them.
//
// The paragraph that everybody must know. park(w, why, what, commit, arg) first switches away from the calling
// goroutine and only then runs commit(arg), on another stack. So commit is where the waiter becomes visible to
// wakers: it releases the lock under which the waiter was linked, or arms the timer that will fire. The moment it
// has done so the goroutine may already be running on another worker, and everything on its stack (the waiter, the
// arguments) may be gone: publication is commit's last act, and where it needs several steps, a step may be followed
// by another only if the goroutine cannot get past the place where it needs what the later step releases.
// Until commit has run, nobody can call ready(w): so there is no lost wake-up and no double run to guard against.
//
//   what        blocks the goroutine   blocks the thread
//   park        yes                    only a foreign thread's own
//   ready       no                     no
//   start       no                     no
//   yield       runs others first      no
//   blocking    yes                    yes, but its worker token goes to another thread
//
// Callers: park, ready, start, yield, arm and disarm may be called from goroutines and from foreign threads alike.
// None may be called while a word_lock is held, except that park is called with the locks that its commit frees.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "weft/detail/atomic.hpp"
#include "weft/detail/site.hpp"
#include "weft/detail/waiter.hpp"

namespace weft::detail {

// ---- sleep ---------------------------------------------------------------------------------------------------------

using commit_function = void (*)(void* arg);

/// Blocks the caller until ready(w). Sets w.kind and w.party, switches away, then runs commit(arg).
/// `object` is what dumps name as the thing waited for; it is never dereferenced.
void park(waiter& w, wait_reason reason, const void* object, commit_function commit, void* arg);

/// Wakes the party of a waiter whose completion the caller owns. The caller's writes happen before the party's return
/// from park. The last touch of `w`.
void ready(waiter& w) noexcept;

// ---- life ----------------------------------------------------------------------------------------------------------

/// What a goroutine runs. `use` is called once, which ends the callable: with `call` on the goroutine's own stack, to
/// call it and destroy it; with `drop` to destroy it because it will never run. Callables of up to `inline_size` bytes
/// live in place, larger ones on the heap. While it is called, the callable stays with the other two: `owes` names the
/// object that waits for its end, or null; `awaited` has the goroutine that waits for its end, and for nothing else,
/// listed as an edge (wait_edge.hpp) and names it, or null if there is none or it is listed already.
enum class closure_use : std::uint8_t { drop, call, owes, awaited };

struct closure {
  static constexpr std::size_t inline_size = 48;
  void* (*use)(closure& self, closure_use how) = nullptr;
  alignas(8) std::byte bytes[inline_size];
};

struct start_options {
  site where{};                 // the start site that reports name
  std::size_t stack = 0;        // bytes; 0: the default. At most 1 GiB.
  const char* label = nullptr;  // a static string for reports, or null
  bool late = false;            // the run may be over already; then it is left behind, and it is no bug
};

struct goroutine;

/// A goroutine record in its initial state; the caller constructs the callable in closure_of() and calls start().
[[nodiscard]] goroutine* make_goroutine(const start_options& options);
[[nodiscard]] closure& closure_of(goroutine& g) noexcept;

/// Gives back a record that will not be started, or not any more.
void discard(goroutine& g) noexcept;

/// Makes it runnable. The caller's writes happen before the goroutine's first step.
void start(goroutine& g) noexcept;

/// Whether a goroutine may be made: not after run() has returned. For those that no goroutine calls, such as timers.
[[nodiscard]] bool can_start() noexcept;

/// The goroutine that calls, or null on a thread that is no worker.
[[nodiscard]] goroutine* current() noexcept;

/// A number that names a goroutine in reports; main is 1, never reused (G4). 0 for null.
[[nodiscard]] std::uint64_t id_of(const goroutine* g) noexcept;

/// For a goroutine that waits for the end of another, `awaited` (a number, in case that its record is somebody else's
/// by now). If that one has not begun, and is what the caller's worker would run next, it begins now, and the caller is
/// parked: `published` has become `&w` before anybody can look. False: nothing has happened, and the caller parks.
bool park_until_end(goroutine& awaited, std::uint64_t number, waiter& w, waiter*& published, const void* object);

/// ready(w) as the last thing that the calling goroutine does: `w` may be touched until it has ended.
void ready_at_end(waiter& w) noexcept;

/// Memory for what lives about as long as a goroutine, its task: of `task_memory` bytes, aligned as for new; from a
/// worker's own store, if the caller has one. Throws std::bad_alloc.
inline constexpr std::size_t task_memory = 128;
[[nodiscard]] void* take_task_memory();
void give_task_memory(void* memory) noexcept;

/// Goes to the back of the queue and lets others run.
void yield() noexcept;

// ---- time ----------------------------------------------------------------------------------------------------------

/// Nanoseconds of the engine's steady clock; virtual under sim. `never` is the end of time.
using nanoseconds = std::int64_t;
inline constexpr nanoseconds never = INT64_MAX;
[[nodiscard]] nanoseconds now() noexcept;

/// One deadline. Exactly one of `claim` and `run` is set by the owner before arm(). When the entry is due it is taken
/// out of the heap, and then
///   claim(*this) is called under the heap's lock: it decides whether the deadline wins and returns the waiter to make
///     ready, or null. It takes no lock. The entry may live on the waiter's stack: after disarm() nobody touches it.
///   run(*this) is called with no lock held, on a worker; it must not block. It may take locks, ready waiters, start
///     goroutines. The entry must outlive the call: disarm() that returns false came too late.
struct timer_entry {
  nanoseconds when = never;
  waiter* (*claim)(timer_entry& self) noexcept = nullptr;
  void (*run)(timer_entry& self) noexcept = nullptr;
  void* arg = nullptr;
  atomic<void*> heap{nullptr};  // the engine's, written under the heap's lock: which heap it is in; null: in none
  std::uint32_t position = 0;   // the engine's, under the heap's lock: where in it
  bool of_goroutine = false;    // the engine's, written by arm(): its party ends with the run
};

/// Puts the entry among the deadlines. It may fire before arm returns.
void arm(timer_entry& entry) noexcept;

/// Takes it out. True if it was still armed. Afterwards a `claim` entry neither fires nor is firing.
bool disarm(timer_entry& entry) noexcept;

// ---- world ---------------------------------------------------------------------------------------------------------

// Waiting for descriptors: watch.hpp.

/// Brackets a call that blocks the thread: in between, the worker token may be taken by another thread.
void enter_blocking() noexcept;
void exit_blocking() noexcept;

/// From pin_here to the unpin_here that belongs to it the calling goroutine stays on this thread. They nest; without
/// effect on a thread that is no goroutine.
void pin_here() noexcept;
void unpin_here() noexcept;

// ---- place ---------------------------------------------------------------------------------------------------------

/// Which of the workers the caller runs on, by the number of the token that it holds, from 0: those who run at the same
/// time have different numbers. Only a hint for what is kept per worker, because it may be outdated when the call
/// returns. `no_lane`: on a foreign thread, or on a worker that has lost its token.
inline constexpr std::uint32_t no_lane = UINT32_MAX;
[[nodiscard]] std::uint32_t lane() noexcept;

// ---- chance --------------------------------------------------------------------------------------------------------

/// Random bits: per worker under sched, from the seed under sim.
[[nodiscard]] std::uint64_t draw() noexcept;

}  // namespace weft::detail

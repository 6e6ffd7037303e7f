// SPDX-License-Identifier: Apache-2.0
//
// Workers and tokens: the threads, and the right to run goroutines.
//
// A token is what is scarce: there are GOMAXPROCS of them. It carries everything that makes running goroutines cheap
// (run queue, free records, warm stacks, timers). A worker is an OS thread; it needs a token to run
// goroutines, and there are more workers than tokens only when some sit in blocking calls or in goroutines that ran
// over their time and lost their token to another worker.
//
// Who may touch what
//   token: the worker that holds it, inside its token lock; a thief or the watchdog that was let in by that lock;
//     whoever took it off the idle list, until it is handed to a worker. Exceptions are marked.
//   worker: the thread itself. `held` also by who took its token away (inside its lock) and by who gives it one while
//     it sleeps. Exceptions are marked.
// Neither is ever freed: a thief may look at a worker that has long ended, finds its lock and an empty `held`.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/random.hpp"
#include "os/exception_state.hpp"
#include "os/fiber.hpp"
#include "os/stack.hpp"
#include "park/goroutine.hpp"
#include "park/recorder.hpp"
#include "park/stats.hpp"
#include "sched/batch_reader.hpp"
#include "sched/brood.hpp"
#include "sched/fired.hpp"
#include "sched/locality.hpp"
#include "sched/pace.hpp"
#include "sched/run_queue.hpp"
#include "sched/timers.hpp"
#include "sched/token_lock.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/party.hpp"

namespace weft::detail {

struct worker;

/// A pointer that one thread writes and reports on others read. Memory ordering: relaxed both, for it orders nothing.
class running_goroutine {
 public:
  operator goroutine*() const noexcept { return at_.load(memory_order_relaxed); }
  goroutine* operator->() const noexcept { return *this; }
  running_goroutine& operator=(goroutine* g) noexcept {
    at_.store(g, memory_order_relaxed);
    return *this;
  }

 private:
  atomic<goroutine*> at_{nullptr};
};

/// What a token counts (counters.hpp). Inside the token lock.
struct token_counts {
  std::uint64_t parks = 0;
  std::uint64_t yields = 0;
  std::uint64_t starts = 0;
  std::uint64_t ends = 0;
  std::uint64_t turns = 0;  // up to the last look up
  std::uint32_t looks = 0;  // since a wait was timed
};

/// Free records and stacks are kept by the token in stacks of these sizes; a batch of half goes to or from the store.
inline constexpr std::size_t warm_stacks = 64;
inline constexpr std::size_t warm_records = 256;
inline constexpr std::size_t warm_tasks = 64;

/// Where a token is. Changes under the rest lock: lists hold what is `listed`, and nobody else's is put there.
enum class place : std::uint8_t {
  put_away,  // GOMAXPROCS does not reach it; in no list, nobody's
  listed,    // on the idle list
  taken,     // a worker's, or on its way to one
};

struct alignas(64) token {
  run_queue<goroutine*> queue;
  std::size_t record_count = 0;
  std::size_t stack_count = 0;
  std::size_t task_count = 0;
  std::uint64_t next_id = 0, last_id = 0;            // goroutine ids at hand: [next_id, last_id)
  std::uint32_t until_look_up = look_pace::longest;  // switches until the worker looks up (find_work.cpp); 0: now
  bool global_turn = false;                          // whose turn it is after a slice (find_work.cpp)
  bool joining = false;                              // who looks up parks to join (find_work.cpp)
  std::uint32_t eager = 0;  // wake-ups to give at once, because the slot was stolen lately (wake.cpp)
  token_counts counts;
  look_pace pace;                  // how often it looks up
  brood young;                     // those whom somebody started who waits now
  fired woken;                     // where those stand whom deadlines and descriptors woke
  stats_lane* lane = nullptr;      // in the statistics page; set once
  locality near;                   // whether what is queued here is for others, too (locality.hpp)
  atomic<std::int64_t> live{0};    // goroutines started minus ended here; written inside the lock, read by anybody
  atomic<worker*> owner{nullptr};  // who holds it; read by anybody, as a hint
  std::uint32_t index = 0;
  atomic<bool> retired{false};       // GOMAXPROCS was lowered: give it up at the next chance
  place at = place::put_away;        // under the idle lock
  token* next_idle = nullptr;        // under the idle lock
  timer_heap timers;                 // has its own lock
  goroutine* records[warm_records];  // free ones
  stack stacks[warm_stacks];         // free ones
  void* tasks[warm_tasks];           // free memory of tasks (task_memory.cpp)
};

/// What a worker does when it is asleep; written by itself under the idle lock.
enum class rest : std::uint8_t { awake, plain, keeper };

/// Values of worker::wake.
inline constexpr std::uint32_t asleep = 0;
inline constexpr std::uint32_t woken = 1;   // off the idle list, with a token in `held`
inline constexpr std::uint32_t nudged = 2;  // still resting: look again

struct alignas(64) worker {
  token_lock lock;
  atomic<token*> held{nullptr};         // released by tie(); a thief inside the lock acquires it
  running_goroutine running;            // null on the scheduler's own stack
  party_number* party = &unread_party;  // of its thread: the number of `running` (party.hpp)
  exception_state* exceptions = nullptr;
  commit_function commit = nullptr;  // what to do once the goroutine that just left is at rest
  void* commit_arg = nullptr;
  [[no_unique_address]] stand_in commit_by;  // in whose name, for ThreadSanitizer
  atomic<std::uint32_t> switches{0};         // written by the worker, read by the watchdog: does it get on?
  atomic<bool> attention{false};  // set by the watchdog and run(): do not take the short way at the next switch
  atomic<bool> blocking{false};   // inside blocking(), unless it has switched since (is_blocking)
  atomic<bool> begins{true};      // it has got a token that the watchdog has not seen it with: set by tie()
  std::uint32_t fetched = 0;      // up to which place in its token's ring pages have been fetched (poller.cpp)
  bool searching = false;         // counted as searching in the idle word
  event_lane events;              // what the recorder notes of it
  random_source chance{1};
  fiber scheduler;                // the thread's own stack
  waiter* heir = nullptr;         // who goes on when `running` has ended: its joiner (switch.cpp)
  party_number unread_party = 0;  // where it is written if nobody is to read it

  // The rest is cold.
  alignas(64) atomic<std::uint32_t> wake{0};  // futex word: see below
  atomic<bool> polling{false};                // it sleeps in the poller rather than on the word
  worker* next_idle = nullptr;                // under the idle lock
  worker* next_all = nullptr;                 // the list of all workers; set once
  rest resting = rest::awake;                 // under the idle lock
  nanoseconds recheck = 1'000'000'000;        // as keeper: when to look for a deadlock again
  atomic<bool> orphaned{false};               // its run is over; set by run(), its thread never goes on
  bool pinned = false;                        // under the idle lock: its thread runs as a foreign one (pin.cpp)
  std::uint32_t pins = 0;                     // how many of them
  atomic<void*> blocked_pc{nullptr};          // who called enter_blocking, for reports; while `blocking`
  atomic<void*> blocked_fp{nullptr};          // and its frame
  atomic<std::uint32_t> blocked_at{0};        // and the count of switches from then on
  atomic<int> thread_id{0};                   // the kernel's number of its thread
  batch_reader reader;                        // its thread's
  bool is_caller = false;                     // the thread inside run()
  bool ended = true;                          // under the idle lock: no thread is at it, or none yet
  std::uint32_t seen_switches = 0;            // the watchdog's
  std::int64_t seen_since = 0;                // the watchdog's
  std::int64_t seen_slice = 0;                // the watchdog's
  std::uint32_t paced_switches = 0;           // the watchdog's
  std::int64_t paced_since = 0;               // the watchdog's
};

/// Whether its thread is inside a call that blocks it. The goroutine may have parked there, and gone on elsewhere.
/// Relaxed: a hint.
[[nodiscard]] inline bool is_blocking(const worker& w) noexcept {
  return w.blocking.load(memory_order_relaxed) &&
         w.blocked_at.load(memory_order_relaxed) == w.switches.load(memory_order_relaxed);
}

/// Whether others may take from the ring of this token. From other threads a guess.
[[nodiscard]] inline bool shares(const token& t) noexcept { return t.near.shares(t.queue.ring_size()); }

/// The token of a worker that is inside its token lock.
[[nodiscard]] inline token& held_by(const worker& w) noexcept { return *w.held.load(memory_order_relaxed); }

}  // namespace weft::detail

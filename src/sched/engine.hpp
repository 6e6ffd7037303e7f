// SPDX-License-Identifier: Apache-2.0
//
// Engine sched: the state that all workers share, and the map of the folder.
//
//   current.hpp     which worker this thread is
//   token_lock.hpp  the biased lock of a token            run_queue.hpp, global_queue.hpp, timers.hpp  what is queued
//   idle.hpp        who sleeps and who searches
//   switch.cpp      the hot path: yield, park, the end of a goroutine; one switch, straight to the next goroutine
//   wake.cpp        ready and start: making runnable, waking workers
//   find_work.cpp   what a worker without a next goroutine does: timers, global queue, stealing
//   rest.cpp        the worker's loop, going to sleep and being woken, threads made and given back
//   keeper.cpp      who sleeps until the next deadline or descriptor
//   poller.cpp      looking at descriptors
//   counters.hpp    what is counted and measured (waits.cpp, gauges.cpp); hogs.cpp, schedtrace.cpp
//   watchdog.cpp    retakes the tokens of those who do not give them back
//   interrupt.cpp   signals: what the watchdog attends to
//   blocking.cpp    enter_blocking, and how a worker without a token gets one again
//   deadlock.cpp    when everybody sleeps
//   outside.cpp     foreign threads: how they park and are woken
//   pin.cpp         goroutines that keep their thread
//   boot.cpp        how the runtime starts; run.cpp: how a run begins and ends; resize.cpp: GOMAXPROCS
//
// Locks, in the order in which they may be taken together: rest (lists of idle tokens and workers), then a timer
// heap's or the global queue's. The token lock is taken first of all, and nobody waits for one while holding another.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/symbol.hpp"
#include "park/parallelism.hpp"
#include "park/registry.hpp"
#include "sched/global_queue.hpp"
#include "sched/idle.hpp"
#include "sched/worker.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/word_lock.hpp"
#include "weft/run.hpp"

namespace weft::detail {

/// Values of engine::watchdog_pace.
inline constexpr std::uint32_t watchdog_none = 0, watchdog_asleep = 1, watchdog_slow = 2, watchdog_fast = 3;

enum class phase : std::uint8_t { not_started, running, stopping, stopped, forked };

/// Deadlines of foreign threads, and of channels that outlive a run. Never destroyed: others may look at it while the
/// program's statics are.
union outside_heap {
  timer_heap heap;
  constexpr outside_heap() noexcept : heap() {}
  ~outside_heap() {}
};

extern outside_heap outside;

struct engine {
  atomic<phase> at{phase::not_started};
  idle_word idle;
  global_queue global;

  // The tokens: created as GOMAXPROCS grows, never freed. tokens[0, made) exist; [0, wanted) may run goroutines.
  atomic<token*> tokens[most_tokens]{};
  atomic<std::uint32_t> made{0};
  atomic<std::uint32_t> wanted{0};

  // Under `rest_lock`: who is at rest.
  word_lock rest_lock;
  token* idle_tokens = nullptr;
  worker* idle_workers = nullptr;
  std::uint32_t idle_worker_count = 0;
  worker* keeper = nullptr;                  // the one idle worker that watches deadlines and descriptors
  worker* spare_records = nullptr;           // of threads that have ended, by next_idle
  worker* all_workers = nullptr;             // by next_all; grows only
  std::uint32_t worker_count = 0;            // that may yet do something
  atomic<std::uint32_t> stopped_threads{0};  // of orphaned workers, asleep for ever

  atomic<std::uint32_t> active{0};          // workers that are not idle (changed under rest_lock)
  atomic<std::uint64_t> stirred{0};         // grows when a worker becomes active or a foreign thread is woken
  atomic<nanoseconds> keeper_until{-1};     // when the keeper will wake by itself; -1: nobody keeps
  atomic<std::int32_t> outside_parked{0};   // foreign threads asleep in park
  atomic<std::int64_t> started_outside{0};  // goroutines that foreign threads started
  atomic<std::uint32_t> visitors{0};        // parties without a token that are queueing a goroutine (wake.cpp)
  timer_heap& outside_timers = outside.heap;
  atomic<std::uint32_t> descriptors{0};  // waits for a descriptor, and those about to begin (poller.cpp)
  atomic<bool> polled{false};            // a thread sleeps in the poller (keeper.cpp)
  atomic<nanoseconds> polled_at{0};      // when somebody last looked at the descriptors; never: somebody waits there
  atomic<std::uint32_t> coarse_ms{0};    // a clock for reports (set_coarse_clock)
  atomic<std::uint32_t> long_ago_ms{0};  // by it, who has parked before now has waited long (counters.hpp)

  // The watchdog's futex word and state; see watchdog.cpp.
  atomic<std::uint32_t> watchdog_signal{0};
  atomic<std::uint32_t> watchdog_pace{0};  // see below
  atomic<bool> watchdog_started{false};    // its thread exists
  atomic<bool> quit_asked{false};          // by the handler of SIGQUIT: the watchdog prints and ends the process
  atomic<bool> interrupted{false};         // by interrupt(): the watchdog attends
  atomic<void (*)()> attend{nullptr};      // what it calls; set before the first interrupt
  atomic<bool> interrupts_expected{false};

  // The run in progress; see run.cpp.
  atomic<bool> in_run{false};
  std::uint64_t run_number = 0;     // under rest_lock: which run this is
  atomic<bool> run_over{false};     // main has returned and, with drain, everybody else has ended
  atomic<bool> draining{false};     // main has returned, run() waits for the others
  atomic<bool> main_gone{false};    // main has ended, by return or goexit
  atomic<bool> caller_back{false};  // the thread inside run() has left its last goroutine
  bool drain = false;               // written under rest_lock
  worker* caller = nullptr;
  word_lock settle_lock;
  wait_list settlers;  // under settle_lock: parties in settle()
};

extern engine the;

/// What reports say of a goroutine that is about to wait. Memory ordering: relaxed, see goroutine.hpp.
inline void note_wait(goroutine& g, wait_reason reason, const void* object) noexcept {
  g.reason.store(reason, memory_order_relaxed);
  g.object.store(object, memory_order_relaxed);
  g.since_ms.store(the.coarse_ms.load(memory_order_relaxed), memory_order_relaxed);
  g.state.store(goroutine_state::waiting, memory_order_relaxed);
}

// switch.cpp
void leave_worker(worker& w, commit_function commit, void* arg) noexcept;
void run_scheduled(worker& w, goroutine& g);
void yield_inside(worker& w);  // inside the token lock, which it leaves

// wake.cpp
void inject(goroutine& g) noexcept;
void wake_worker() noexcept;
void hand_on_search() noexcept;
void overflow_to_global(token& t, goroutine& extra) noexcept;
void push_back(token& t, goroutine& g) noexcept;

// find_work.cpp
/// The next goroutine of the worker's own queue. Null: there is none, or it is time to look up (`until_look_up`
/// is 0, or somebody asked for attention). `joining`: of the ring the youngest (switch.cpp), unless there are some whom
/// deadlines have woken. Inside the token lock.
[[nodiscard, gnu::always_inline]] inline goroutine* next_here(worker& w, token& t, bool joining = false) noexcept {
  if (__builtin_expect(t.until_look_up <= 1 || w.attention.load(memory_order_relaxed), 0)) {
    if (t.until_look_up <= 1) t.until_look_up = 0;
    t.joining = joining;
    return nullptr;
  }
  --t.until_look_up;
  if (goroutine* g = t.queue.take_next(); g != nullptr) return g;
  return joining && !t.woken.any(t.queue) ? t.queue.pop_back() : t.queue.pop_front();
}

[[nodiscard]] goroutine* find_work(worker& w);
[[nodiscard]] bool work_visible() noexcept;
bool run_timers(timer_heap& heap, nanoseconds time);
bool run_shared_timers(nanoseconds time);
[[nodiscard]] nanoseconds earliest_shared() noexcept;
[[nodiscard]] nanoseconds earliest_deadline() noexcept;

// rest.cpp
void worker_loop(worker& w);
[[nodiscard]] worker& add_worker(token* held);
void start_thread_for(worker& w);
[[nodiscard]] token* take_idle_token() noexcept;
void give_token(token& t, bool searching);
void wake_thread(worker& w) noexcept;
/// Makes a thread look at its `wake` word, which the caller has set.
void rouse_thread(worker& w) noexcept;
/// Takes a resting worker off the lists, with a token. False: somebody woke it first, or there is no token to be had.
[[nodiscard]] bool get_up(worker& w, bool searching) noexcept;
void hand_over(worker& w, token& t) noexcept;
/// For a running worker without a token, unless its run is over: an idle one, if there is any.
[[nodiscard]] bool take_token_back(worker& w) noexcept;
/// Onto the idle list, or away if it is retired; under the rest lock. `searching`: its worker was counted so.
void lay_down_locked(token& t, bool searching) noexcept;
void forget_resting_locked(worker& w) noexcept;
void retire_record(worker& w) noexcept;
void ensure_keeper();

// keeper.cpp
[[nodiscard]] bool keep_watch(worker& w);
void deadline_armed(nanoseconds when) noexcept;
void nudge_keeper() noexcept;

// poller.cpp
/// True if it has taken somebody: then the caller wakes them and calls count_inactive().
[[nodiscard]] bool poll_watchers(wait_list& taken, nanoseconds timeout);
void poll_descriptors();
void break_poll() noexcept;

// gauges.cpp
/// What the statistics page says of the present.
void write_gauges(nanoseconds time) noexcept;

// watchdog.cpp
/// The clock that reports use: moved by the watchdog, and by who looks at the descriptors. Relaxed: an older time may
/// follow a newer one.
void set_coarse_clock(nanoseconds time) noexcept;
void wake_watchdog() noexcept;
void hurry_watchdog() noexcept;
void start_watchdog();

// cold_pages.cpp
/// Gives back memory of a few goroutines that wait for long, if no worker is active. False: that was the last of them,
/// or somebody is active.
bool free_cold_pages(registry_cursor& at) noexcept;

// interrupt.cpp
void attend_interrupts();

// blocking.cpp
[[nodiscard]] bool regain_token(worker& w);
void requeue_without_token(worker& w);

/// In a worker that has no token, before it does anything: does not return in a forked child, or if its run is over.
void on_token_lost(const worker& w) noexcept;

// outside.cpp
void park_outside(waiter& who, wait_reason reason, const void* object, commit_function commit, void* arg);
void ready_outside(waiter& who) noexcept;
void yield_outside() noexcept;

// pin.cpp
/// The worker that the calling thread was before its goroutine was pinned; null if none is.
[[nodiscard]] worker* pinned_worker() noexcept;
void stop_if_orphaned() noexcept;

// deadlock.cpp
void check_deadlock();
void count_active() noexcept;  // one worker more that is not idle
/// Between count_active() and this, somebody without a token completes waiters: nobody must take the program for asleep
/// meanwhile, so whoever did not is called now.
void count_inactive();

// boot.cpp
void boot(int workers);
void boot_outside(const char* what);
void need_runtime(const char* what);
[[noreturn]] void refuse_use(const char* what);
void print_quit(naming style) noexcept;

// run.cpp
[[nodiscard]] std::uint64_t run_number() noexcept;
void end_run(std::uint64_t number) noexcept;
void leave_run(worker& w, bool inside) noexcept;
[[nodiscard]] std::int64_t live_goroutines() noexcept;

// resize.cpp
std::uint32_t resize(std::uint32_t n);

}  // namespace weft::detail

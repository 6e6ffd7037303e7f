// SPDX-License-Identifier: Apache-2.0
//
// The watchdog: a thread without a token that sees to it that no goroutine holds up the others.
//
// It looks at every token, each time comparing the count of switches of the token's worker with the last one seen.
//   - A worker that has not switched for `slice` (10 ms, as Go) while other work waits, or for 20 us inside blocking(),
//     loses its token: the token, with the queue and all, goes to another worker; the goroutine keeps its thread, which
//     the kernel preempts as any thread, and queues for a token when it next blocks or yields (blocking.cpp). So a
//     loop without calls, a blocking libc call and a page fault are one case, without signals and without stopping a
//     goroutine at an unsafe place. The token lock makes it race-free.
//   - A worker that switches but has run for a slice is asked to look up: what sits in the slot has then had its time
//     (reference Y1), so that two goroutines that wake each other for ever do not starve the queue. A slice begins when
//     the worker gets its token: time at rest is nobody's turn.
//   - Work that waits beside idle tokens (a slot whose waker went on computing, the queue of a token that keeps it to
//     itself although turns are long, a deadline that is overdue) is given a worker.
//   - Descriptors at which nobody has looked for a slice, because everybody computes, are looked at, as Go's sysmon
//     does.
// It also moves the coarse clock that reports use, prints what SIGQUIT asks for, and attends to interrupts. Signals
// that the program has asked for come to it when every other thread holds them back.
//
// Pace. Nothing has run for 50 ms: it sleeps on a futex word, and the first worker that gets up wakes it: an idle
// process uses no processor time at all. Something runs: it looks every 2 ms. If there is one token there is nobody to
// share with, and if its worker looks at the descriptors all the time, or waits for them, it moves the coarse clock
// itself; so there the watchdog looks every 5 ms: each look costs a server two context switches, and who is answered
// meanwhile waits. (A loop without calls that begins there is stopped after 15 ms at most instead of 12.) Somebody is
// inside blocking(): every 20 us for a millisecond's worth of looks, then slower again. What the recorder may note is
// renewed once a slice. It is started with the second goroutine of a program: a program with one goroutine has one
// thread.
//
// Memory ordering: switch counts and flags are relaxed; acting on them needs the token lock. The pace word is seq_cst:
// the watchdog stores "asleep" and then reads `active`, a worker counts itself active and then reads the pace.
#include "base/report_hook.hpp"
#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "os/futex.hpp"
#include "os/signals.hpp"
#include "os/stack.hpp"
#include "os/thread.hpp"
#include "sched/counters.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "sched/hogs.hpp"
#include "sched/schedtrace.hpp"
#include "weft/detail/panic.hpp"

#include <algorithm>
#include <cstring>

namespace weft::detail {
namespace {

constexpr nanoseconds slice = 10'000'000;
constexpr nanoseconds blocking_slice = 20'000;
constexpr nanoseconds slow_look = 2'000'000;
constexpr nanoseconds calm_look = 5'000'000;
constexpr nanoseconds idle_before_sleep = 50'000'000;
constexpr unsigned fast_looks = 50;
constexpr unsigned last_looks = 4;

bool others_wait(const token& t, nanoseconds time) noexcept {
  return t.queue.size() != 0 || the.global.size() != 0 || t.timers.earliest() <= time || earliest_shared() <= time ||
         t.retired.load(memory_order_relaxed);
}

/// Takes the token from its worker and gives it to another. The race is decided by the token lock.
void retake(worker& owner, token& t) {
  if (!owner.lock.contest()) return;
  if (!owner.lock.inspect(0)) return;
  if (owner.held.load(memory_order_acquire) != &t) {
    owner.lock.give_back();
    return;
  }
  count_here(t, stats_counter::tokens_retaken);
  owner.held.store(nullptr, memory_order_relaxed);
  owner.lock.take();
  note(nullptr, event_kind::token_lost, t.index);
  give_token(t, false);
}

/// If somebody could run what is queued here, he may.
void share(token& t) noexcept {
  if (t.queue.size() == 0 || !the.idle.worker_wanted()) return;
  t.near.open();
  wake_worker();
}

/// A token that keeps its queue to itself guesses that turns are short, and counts them until it looks again.
void look_at_turns(worker& owner, token& t, std::uint32_t switches, nanoseconds time) noexcept {
  const nanoseconds passed = time - owner.paced_since;
  if (passed < slow_look) return;
  const std::uint32_t turns = switches - owner.paced_switches;
  owner.paced_since = time;
  owner.paced_switches = switches;
  if (t.near.closed() && locality::are_long(turns, passed)) share(t);
}

/// How the worker of a token gets on.
void look_at(token& t, nanoseconds time) {
  worker* const owner = t.owner.load(memory_order_acquire);
  if (owner == nullptr || owner->held.load(memory_order_relaxed) != &t) return;
  const std::uint32_t switches = owner->switches.load(memory_order_relaxed);
  const bool blocking = is_blocking(*owner);
  if (switches != owner->seen_switches) {
    if (owner->begins.exchange(false, memory_order_relaxed)) {
      owner->seen_slice = time;
    } else if (time - owner->seen_slice >= slice) {
      owner->seen_slice = time;
      owner->attention.store(true, memory_order_relaxed);
    }
    owner->seen_switches = switches;
    owner->seen_since = time;
    look_at_turns(*owner, t, switches, time);
    return;
  }
  const nanoseconds still = time - owner->seen_since;
  if (!blocking && still >= slice) watch_slice(*owner, switches, owner->seen_since, time);
  if (still >= (blocking ? blocking_slice : slice) && others_wait(t, time)) {
    retake(*owner, t);
  } else if (still >= slow_look / 2) {
    share(t);
  }
}

/// Whether the only worker looks at the descriptors all the time, or waits for them. Who waits has laid its token down:
/// where one has it, another thread is the one that waits.
bool is_calm(nanoseconds polled, nanoseconds time) noexcept {
  if (the.made.load(memory_order_acquire) != 1 || polled <= time - slow_look) return false;
  const worker* const owner = the.tokens[0].load(memory_order_acquire)->owner.load(memory_order_acquire);
  return owner == nullptr || (polled != never && !is_blocking(*owner));
}

/// Returns when to look again.
nanoseconds look() {
  const nanoseconds time = monotonic_ns();
  set_coarse_clock(time);
  const std::uint32_t n = the.made.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < n; ++i) {
    look_at(*the.tokens[i].load(memory_order_acquire), time);
  }
  watch_longest_slice(time);
  write_gauges(time);
  schedtrace(time);
  // Everybody computes, and so nobody looks at the descriptors.
  const bool waited_for = the.descriptors.load(memory_order_relaxed) != 0;
  const nanoseconds polled = the.polled_at.load(memory_order_relaxed);
  if (waited_for && polled <= time - slice) poll_descriptors();
  if (the.idle.any_idle() && (work_visible() || earliest_deadline() <= time - slow_look / 2)) wake_worker();
  return waited_for && is_calm(polled, time) ? calm_look : slow_look;
}

/// What the recorder may note: renewed once a slice.
class recorder_budget {
 public:
  void look(nanoseconds time) noexcept {
    if (time - renewed_ < slice) return;
    renewed_ = time;
    renew_budgets();
  }

 private:
  nanoseconds renewed_ = 0;
};

/// WEFT_DIAG=stall: somebody computes, or blocks, and nobody has switched for so long. Told once for each time.
class stall_watch {
 public:
  void look(nanoseconds time) noexcept {
    const nanoseconds limit = nanoseconds{stall_limit_ms()} * 1'000'000;
    if (limit == 0) return;
    std::uint64_t switches = 0;
    the.rest_lock.lock();
    for (const worker* w = the.all_workers; w != nullptr; w = w->next_all) {
      switches += w->switches.load(memory_order_relaxed);
    }
    the.rest_lock.unlock();
    if (switches != seen_ || the.active.load(memory_order_relaxed) == 0) {
      seen_ = switches;
      since_ = time;
      told_ = false;
    } else if (time - since_ >= limit && !told_) {
      told_ = true;
      write_format(2, "weft: nobody has got on for %lld ms\n", static_cast<long long>((time - since_) / 1'000'000));
      leave_trace(2);
    }
  }

 private:
  std::uint64_t seen_ = 0;
  nanoseconds since_ = 0;
  bool told_ = false;
};

/// Nothing runs: sleep until a worker gets up, and give back what a burst has left. Returns the last signal that needs
/// no haste: who hurries after it has been read is heard, and who did before finds the pace slow again.
std::uint32_t sleep_deeply(registry_cursor& looked_at) {
  const std::uint32_t seen = the.watchdog_signal.load(memory_order_seq_cst);
  the.watchdog_pace.store(watchdog_asleep, memory_order_seq_cst);
  if (the.active.load(memory_order_seq_cst) == 0 && !the.quit_asked.load(memory_order_seq_cst) &&
      !the.interrupted.load(memory_order_seq_cst)) {
    constexpr nanoseconds quiet = 1'000'000'000;
    constexpr std::size_t warm = 1024;
    const nanoseconds interval = schedtrace_interval();
    if (futex_wait(the.watchdog_signal, seen, interval != 0 ? std::min(interval, quiet) : quiet)) {
      trim_stacks(warm);
      looked_at = {};
      while (the.watchdog_signal.load(memory_order_seq_cst) == seen && free_cold_pages(looked_at)) continue;
      if (interval == 0) futex_wait(the.watchdog_signal, seen, -1);
    }
  }
  const std::uint32_t last = the.watchdog_signal.load(memory_order_seq_cst);
  the.watchdog_pace.store(watchdog_slow, memory_order_seq_cst);
  return last;
}

void watchdog_thread(void*) {
  unsigned looks_left = 0;
  registry_cursor looked_at;
  nanoseconds busy_at = monotonic_ns();  // when it last saw somebody active
  stall_watch stalls;
  recorder_budget budget;
  std::uint32_t last = 0;  // the signal when it was last heard
  for (;;) {
    const std::uint32_t seen = the.watchdog_signal.load(memory_order_seq_cst);  // before the look: none is missed
    // Not when the pause ends: a signal that comes just then would be lost, and the pace would stay fast.
    if (seen != last) looks_left = fast_looks;
    last = seen;
    if (the.quit_asked.load(memory_order_seq_cst)) print_quit(naming::demangled);
    let_caught_signals_in();
    attend_interrupts();
    const nanoseconds slow = look();
    if (the.active.load(memory_order_seq_cst) == 0) free_cold_pages(looked_at);
    const nanoseconds time = monotonic_ns();
    stalls.look(time);
    budget.look(time);
    if (the.active.load(memory_order_seq_cst) != 0) busy_at = time;
    if (time - busy_at > idle_before_sleep) {
      last = sleep_deeply(looked_at);
      busy_at = monotonic_ns();
      continue;
    }
    const nanoseconds pause = looks_left != 0 ? blocking_slice : slow;
    // Whoever finds the pace fast does not hurry it. It is let go while some fast looks are left for him.
    if (looks_left != 0 && --looks_left == last_looks) the.watchdog_pace.store(watchdog_slow, memory_order_seq_cst);
    futex_wait(the.watchdog_signal, seen, pause);
  }
}

}  // namespace

void set_coarse_clock(nanoseconds time) noexcept {
  const auto ms = static_cast<std::uint32_t>(time / 1'000'000);
  the.coarse_ms.store(ms, memory_order_relaxed);
  the.long_ago_ms.store(ms - long_wait, memory_order_relaxed);
}

void wake_watchdog() noexcept {
  the.watchdog_signal.fetch_add(1, memory_order_seq_cst);
  futex_wake(the.watchdog_signal, 1);
}

void hurry_watchdog() noexcept {
  const runtime_section inside;
  const std::uint32_t pace = the.watchdog_pace.load(memory_order_relaxed);
  if (pace == watchdog_fast || pace == watchdog_none) return;
  the.watchdog_pace.store(watchdog_fast, memory_order_seq_cst);
  wake_watchdog();
}

void start_watchdog() {
  const runtime_section inside;
  std::uint32_t expected = watchdog_none;
  if (!the.watchdog_pace.compare_exchange_strong(expected, watchdog_slow, memory_order_seq_cst)) return;
  set_coarse_clock(monotonic_ns());
  const int error = start_thread(watchdog_thread, nullptr, "weft-watchdog", std::size_t{256} * 1024);
  if (error != 0) fatalf("thread exhaustion: cannot start the watchdog thread: %s", std::strerror(error));
  the.watchdog_started.store(true, memory_order_seq_cst);
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Calls that block the thread, and how a worker that lost its token meanwhile goes on.
//
// enter_blocking only raises a flag: most such calls are short, and then nothing else happens. If the call lasts, the
// watchdog retakes the token after 20 us (it is hurried up for that). The worker notices when it next blocks or
// yields, exit_blocking at the latest: it takes an idle token if there is one and goes on as if nothing had been;
// otherwise its goroutine goes to the end of the global queue and the thread to rest. The same happens to a goroutine
// that computed for too long and never said a word about blocking. Calls too short for that, one after another, count
// as progress; when they have gone on for a slice, exit_blocking lets the others run.
//
// Two kinds of worker lose their token for good: one whose run is over while its goroutine still computed (its thread
// stops when it next blocks, yields or starts a goroutine, for ever, because the goroutine's program has ended), and
// the one thread that a forked child has (that call is refused with a message). Neither is stopped by waking somebody:
// whom it has claimed must be woken (wake.cpp).
//
// Memory ordering: `blocking` and `switches` are hints to the watchdog, relaxed. A goroutine's state is relaxed: the
// global queue's lock orders what it wrote before it was queued (goroutine.hpp).
#include <cerrno>

#include "os/fiber_annotations.hpp"
#include "os/futex.hpp"
#include "sched/counters.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"

namespace weft::detail {
namespace {

[[gnu::noinline, gnu::noipa]] int get_errno() noexcept { return errno; }
[[gnu::noinline, gnu::noipa]] void set_errno(int value) noexcept { errno = value; }

/// What the call left in errno is there afterwards, on whatever thread.
struct errno_kept {
  int value = get_errno();
  ~errno_kept() { set_errno(value); }
};

}  // namespace

[[gnu::noinline]] void enter_blocking() noexcept {
  const runtime_section inside;
  worker* const w = current_worker();
  if (w == nullptr || w->running == nullptr) return;
  w->blocked_pc.store(__builtin_return_address(0), memory_order_relaxed);
  w->blocked_fp.store(*static_cast<void**>(__builtin_frame_address(0)), memory_order_relaxed);
  if (recording(w->events)) note(&w->events, event_kind::blocking, 0);
  const std::uint32_t switches = w->switches.load(memory_order_relaxed) + 1;
  w->blocked_at.store(switches, memory_order_relaxed);
  w->blocking.store(true, memory_order_relaxed);  // a hint to the watchdog
  lane_here(w).counters[static_cast<std::size_t>(stats_counter::blocking_calls)].fetch_add(1, memory_order_relaxed);
  w->switches.store(switches, memory_order_relaxed);
  hurry_watchdog();
}

void exit_blocking() noexcept {
  const runtime_section inside;
  const errno_kept kept;
  worker* const w = current_worker();
  if (w == nullptr || w->running == nullptr) return;
  if (recording(w->events)) note(&w->events, event_kind::blocking_over, 0);
  w->blocking.store(false, memory_order_relaxed);
  w->switches.store(w->switches.load(memory_order_relaxed) + 1, memory_order_relaxed);
  if (!w->lock.enter()) {
    requeue_without_token(*w);
    return;
  }
  if (w->attention.load(memory_order_relaxed))  // calls one after another have lasted for a slice
    yield_inside(*w);
  else
    w->lock.leave();
}

bool regain_token(worker& w) { return take_token_back(w) && w.lock.enter(); }

void on_token_lost(const worker& w) noexcept {
  if (the.at.load(memory_order_acquire) == phase::forked) refuse_use("weft");
  if (!w.orphaned.load(memory_order_acquire)) return;
  the.stopped_threads.fetch_add(1, memory_order_seq_cst);
  atomic<std::uint32_t> for_ever{0};
  while (for_ever.load(memory_order_relaxed) == 0) futex_wait(for_ever, 0, -1);
}

/// The commit of a goroutine that queues for a token. Its run may have ended, and its worker been orphaned, at any
/// moment before; from here on it is at rest, and its worker, still counted as active, in nobody's way.
void queue_or_abandon(void* arg) {
  const runtime_section inside;
  goroutine& g = *static_cast<goroutine*>(arg);
  the.rest_lock.lock();
  const bool over = current_worker()->orphaned.load(memory_order_relaxed);
  if (over) {
    leave_for_good(g);
  } else {
    g.state.store(goroutine_state::runnable, memory_order_relaxed);
    the.global.push(&g);
  }
  the.rest_lock.unlock();
}

[[gnu::noinline, gnu::noipa]] void requeue_without_token(worker& w) {
  on_token_lost(w);
  if (!regain_token(w)) {
    leave_worker(w, queue_or_abandon, w.running);
    return;
  }
  if (w.attention.load(memory_order_relaxed))  // timers are due, and every token comes and goes like this one
    yield_inside(w);
  else
    w.lock.leave();
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// When everybody sleeps: the report that Go made famous, and never a false one (reference D1, D2).
//
// Looked at when the last active worker has gone to rest, when a foreign thread parks while no worker is active, and
// now and then by the keeper. All of this must hold:
//   1. no worker is active: none runs a goroutine, with or without a token, and none sits in a blocking call
//   2. nothing is runnable, no deadline is armed, nobody waits for a descriptor, no interrupt is expected
//   3. every thread of the process is ours and at rest, or a foreign one that sleeps in park. A thread that does
//      anything else could yet send, close or unlock; so the kernel's own list of threads is counted
//   4. there is somebody to report: a goroutine that waits, or a foreign thread that does
// They are not read at one instant, and while we read, a thread that we see last may wake one that we saw asleep, and
// end. Hence `stirred`, which grows before anybody who was at rest can act: if it is the same at the end as at the
// beginning, nobody has been woken, so those at rest have only become more. Then 3 holds: a thread that acts at the end
// has acted all the time, or was created by one that has, and stands in the kernel's list.
//
// Stronger than Go's: descriptors that nobody waits for do not hide a deadlock, and foreign threads do so only while
// they could act. A timer hides one until it is due.
//
// Memory ordering: the counts are seq_cst, so that one order of all of them decides. Goroutine states are read relaxed:
// when nobody runs they do not change.
#include "base/report_hook.hpp"
#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "os/thread.hpp"
#include "park/quiet.hpp"
#include "park/registry.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {
namespace {

bool all_quiet() noexcept {
  return the.active.load(memory_order_seq_cst) == 0 && !work_visible() && earliest_deadline() == never &&
         the.descriptors.load(memory_order_seq_cst) == 0 && !the.interrupts_expected.load(memory_order_seq_cst) &&
         !the.run_over.load(memory_order_seq_cst) &&
         (the.at.load(memory_order_seq_cst) == phase::running || the.at.load(memory_order_seq_cst) == phase::stopped);
}

std::size_t waiting_goroutines() {
  std::size_t n = 0;
  for_each_goroutine(
      [](void* arg, goroutine& g) {
        if (g.state.load(memory_order_relaxed) == goroutine_state::waiting) ++*static_cast<std::size_t*>(arg);
      },
      &n);
  return n;
}

bool every_thread_sleeps() noexcept {
  the.rest_lock.lock();
  std::int64_t ours = the.worker_count;
  the.rest_lock.unlock();
  ours += the.stopped_threads.load(memory_order_seq_cst);
  if (the.watchdog_started.load(memory_order_seq_cst)) ++ours;
  ours += the.outside_parked.load(memory_order_seq_cst);
  ours += static_cast<std::int64_t>(instrument_threads());
  const std::optional<std::size_t> all = process_threads(static_cast<std::size_t>(ours));
  return all.has_value() && static_cast<std::int64_t>(*all) <= ours;
}

/// Of a thread that sleeps in park() nobody knows what its registers hold.
bool are_active(std::uint32_t n) noexcept {
  return the.active.load(memory_order_seq_cst) == n && !work_visible() &&
         the.outside_parked.load(memory_order_seq_cst) == 0 && every_thread_sleeps();
}

waiter* pop_settler() noexcept {
  the.settle_lock.lock();
  wait_node* const first = the.settlers.pop_front();
  the.settle_lock.unlock();
  return first != nullptr ? first->who : nullptr;
}

}  // namespace

void count_active() noexcept {
  the.active.fetch_add(1, memory_order_seq_cst);
  the.stirred.fetch_add(1, memory_order_seq_cst);
  if (the.watchdog_pace.load(memory_order_seq_cst) != watchdog_asleep) return;
  set_coarse_clock(monotonic_ns());  // it has stood still meanwhile, and who is woken now has waited
  wake_watchdog();
}

void count_inactive() {
  if (the.active.fetch_sub(1, memory_order_seq_cst) == 1) check_deadlock();
}

std::uint64_t quiet_moment() noexcept {
  const runtime_section inside;
  const worker* const w = current_worker();
  if (w == nullptr || w->held.load(memory_order_relaxed) == nullptr) return 0;
  const std::uint64_t moment = the.stirred.load(memory_order_seq_cst) + 1;
  return are_active(1) && the.stirred.load(memory_order_seq_cst) + 1 == moment ? moment : 0;
}

std::uint64_t idle_moment() noexcept {
  const std::uint64_t moment = the.stirred.load(memory_order_seq_cst) + 1;
  if (the.at.load(memory_order_seq_cst) != phase::running || !are_active(0)) return 0;
  return the.stirred.load(memory_order_seq_cst) + 1 == moment ? moment : 0;
}

void for_each_worker_memory(void (*visit)(void* arg, const void* begin, std::size_t size), void* arg) {
  the.rest_lock.lock();
  const worker* const first = the.all_workers;
  the.rest_lock.unlock();
  for (const worker* w = first; w != nullptr; w = w->next_all) {
    visit(arg, w, sizeof(worker));
    visit_unused_stack(w->scheduler, visit, arg);
  }
  const std::uint32_t n = the.made.load(memory_order_acquire);  // pairs with make_token()
  for (std::uint32_t i = 0; i < n; ++i) {
    const token* const t = the.tokens[i].load(memory_order_acquire);
    visit(arg, &t->queue, sizeof t->queue);  // the ring keeps who has been taken out of it
    visit(arg, t->tasks, sizeof t->tasks);
    for (std::size_t free = 0; free < t->task_count; ++free) visit(arg, t->tasks[free], task_memory);
    t->timers.visit_room(visit, arg);
  }
  the.outside_timers.visit_room(visit, arg);
}

void check_deadlock() {
  if (the.active.load(memory_order_seq_cst) != 0 || work_visible()) return;
  if (waiter* w = pop_settler(); w != nullptr) {
    ready(*w);
    return;
  }
  if (const std::uint64_t run = run_number(); the.draining.load(memory_order_seq_cst) && live_goroutines() == 0) {
    end_run(run);
    return;
  }
  const std::uint64_t before = the.stirred.load(memory_order_seq_cst);
  if (!all_quiet() || !every_thread_sleeps()) return;
  const std::size_t waiting = waiting_goroutines();
  const bool main_gone = the.in_run.load(memory_order_acquire) && the.main_gone.load(memory_order_acquire);
  if (waiting == 0 && !main_gone && the.outside_parked.load(memory_order_seq_cst) == 0) return;
  if (!all_quiet() || the.stirred.load(memory_order_seq_cst) != before) return;
  if (waiting == 0 && main_gone) {
    fatal("no goroutines (main called goexit) - deadlock!");
  }
  fatal("all goroutines are asleep - deadlock!");
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Foreign threads: any thread that is no worker may use every primitive. It blocks as a thread blocks, on a futex word
// in its waiter, and is woken by whoever completes it (reference product row B3).
//
// A foreign thread that sleeps is counted, because a program in which everybody sleeps is deadlocked whatever they are
// (deadlock.cpp). The count goes up after commit, which may arm a deadline, and down before the thread is woken: so it
// never says "asleep" of a thread that could act.
//
// A pinned goroutine (pin.cpp) sleeps here too; its waiter names it as the party. If its run is over it sleeps on, and
// stops when it is woken: not before, because the commit frees locks of others.
//
// Memory ordering: what reports read is relaxed (goroutine.hpp). `awake` is released by ready and acquired by the
// sleeper: the waker's writes happen before the return from park. The word lives in the sleeper's frame: the wake-up
// system call may come when that is gone, and then wakes nobody, or somebody who looks at his own word again.
#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "os/futex.hpp"
#include "sched/engine.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {

void park_outside(waiter& who, wait_reason reason, const void* object, commit_function commit, void* arg) {
  need_runtime("a blocking operation");
  worker* const pinned = pinned_worker();
  if (pinned != nullptr) {
    note_wait(*pinned->running, reason, object);
    pinned->running->since_ms.store(static_cast<std::uint32_t>(monotonic_ns() / 1'000'000), memory_order_relaxed);
  }
  who.kind = waiter_kind::thread;
  who.party = pinned != nullptr ? static_cast<goroutine*>(pinned->running) : nullptr;
  if (pinned != nullptr) note_pinned(*pinned->running, event_kind::stop);
  commit(arg);
  the.outside_parked.fetch_add(1, memory_order_seq_cst);
  if (who.awake.load(memory_order_acquire) == 0 && the.active.load(memory_order_seq_cst) == 0) check_deadlock();
  while (who.awake.load(memory_order_acquire) == 0) futex_wait(who.awake, 0, -1);  // pairs with ready_outside()
  if (pinned == nullptr) return;
  stop_if_orphaned();
  pinned->running->state.store(goroutine_state::running, memory_order_relaxed);
  note_pinned(*pinned->running, event_kind::run);
}

void yield_outside() noexcept {
  stop_if_orphaned();
  if (pinned_worker() != nullptr && the.at.load(memory_order_acquire) == phase::forked) refuse_use("yield()");
  relax(1'000);
}

void ready_outside(waiter& who) noexcept {
  const runtime_section inside;
  the.outside_parked.fetch_sub(1, memory_order_seq_cst);
  the.stirred.fetch_add(1, memory_order_seq_cst);  // before it can act, for deadlock.cpp
  who.awake.store(1, memory_order_release);        // pairs with the loads in park_outside()
  futex_wake(who.awake, 1);
}

}  // namespace weft::detail

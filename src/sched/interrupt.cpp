// SPDX-License-Identifier: Apache-2.0
//
// Engine sched: the watchdog attends to interrupts. It runs on no worker and sleeps on a futex word, which a signal
// handler can change and wake. While interrupts are expected a program at rest is not taken for deadlocked
// (deadlock.cpp).
#include "park/interrupt.hpp"

#include "sched/engine.hpp"

namespace weft::detail {

void prepare_interrupts(void (*attend)()) {
  need_runtime("a notification of signals");
  the.attend.store(attend, memory_order_seq_cst);
  start_watchdog();
}

void expect_interrupts(bool expected) noexcept { the.interrupts_expected.store(expected, memory_order_seq_cst); }

void interrupt() noexcept {
  the.interrupted.store(true, memory_order_seq_cst);
  wake_watchdog();
}

void attend_interrupts() {
  if (!the.interrupted.load(memory_order_seq_cst)) return;
  the.interrupted.store(false, memory_order_seq_cst);
  count_active();
  the.attend.load(memory_order_seq_cst)();
  count_inactive();
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Engine sim: the driver attends to interrupts between two steps, and when nobody can run. A signal that the program
// sends to itself is handled on the driver's thread before kill() returns, so it comes at the same step for the same
// seed. Time does not wait for signals: if nobody can run and a deadline is set, time jumps to it.
#include "park/interrupt.hpp"

#include "os/fiber_annotations.hpp"
#include "sim/engine.hpp"

namespace weft::detail {

void prepare_interrupts(void (*attend)()) {
  const runtime_section inside;
  sim().prepare_interrupts(attend);
}

void expect_interrupts(bool expected) noexcept {
  const runtime_section inside;
  sim().expect_interrupts(expected);
}

void interrupt() noexcept {
  const runtime_section inside;
  sim().interrupt();
}

void sim_engine::prepare_interrupts(void (*attend)()) {
  prepare_process();
  attend_.store(attend, memory_order_seq_cst);
}

void sim_engine::expect_interrupts(bool expected) noexcept {
  interrupts_expected_.store(expected, memory_order_seq_cst);
  signal_inbox();  // a driver that sleeps finds out whether that is a deadlock now
}

void sim_engine::interrupt() noexcept {
  interrupted_.store(true, memory_order_seq_cst);
  signal_inbox();
  break_poll();
}

/// True if there was an interrupt.
bool sim_engine::attend_interrupts() {
  if (!interrupted_.load(memory_order_seq_cst)) return false;
  interrupted_.store(false, memory_order_seq_cst);
  attend_.load(memory_order_seq_cst)();
  return true;
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Engine sim: looking at the real descriptors that somebody waits for (park/watch.cpp knows who). They are the one
// thing that virtual time cannot simulate.
//
// What goroutines do to each other through the kernel, over a pipe or a socket of this machine, has happened when their
// system call returns, or a moment later in the kernel's background. So the kernel is asked when nothing is runnable,
// and every `look_every` steps, because those who run may wait for those who wait for a descriptor. Time jumps to a
// deadline only after the kernel has had `grace` to answer. If no deadline is left it may take its time: somebody
// outside, another process perhaps, has to act.
//
// Memory ordering: `polling_` and the inbox are Dekker's: a foreign thread adds to the inbox and then reads `polling_`;
// the driver sets it and then looks at the inbox once more. Both are seq_cst.
#include "os/clock.hpp"
#include "os/epoll.hpp"
#include "os/fiber_annotations.hpp"
#include "park/watch.hpp"
#include "sim/engine.hpp"

namespace weft::detail {
namespace {

constexpr std::int64_t grace = 5'000'000;

}  // namespace

void sim_engine::break_poll() noexcept {
  if (epoll_set* const set = watch_set(); set != nullptr) set->wake();
}

/// True if somebody was made ready.
bool sim_engine::look_at_descriptors(std::int64_t timeout) {
  epoll_set* const set = watch_set();
  if (set == nullptr) return false;
  poll_event events[64];
  wait_list taken;
  take_watchers(events, set->wait(events, 64, timeout), taken);
  const bool any = !taken.empty();
  wake_taken(taken);
  return any;
}

/// When nothing is runnable. True if that may have changed.
bool sim_engine::poll_descriptors() {
  if (descriptor_waits_.load(memory_order_seq_cst) == 0) return false;
  if (look_at_descriptors(0)) return true;
  inbox_lock_.lock();
  const bool nothing_else = first_due() == nullptr;
  inbox_lock_.unlock();
  polling_.store(true, memory_order_seq_cst);
  const std::int64_t before = monotonic_ns();
  bool any = take_inbox() || interrupted_.load(memory_order_seq_cst);
  if (!any) any = look_at_descriptors(nothing_else ? -1 : grace);
  polling_.store(false, memory_order_seq_cst);
  return any || nothing_else || monotonic_ns() - before < grace;  // woken by somebody outside
}

void watch_wait_begins() { sim().descriptor_wait_begins(); }

void fetch_next_turn() noexcept {}

void watch_waits_end(std::size_t n) noexcept { sim().descriptor_waits_end(n); }

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Where a goroutine is that is on a thread. One inside blocking() has left word (blocking.cpp), and its frames do not
// change; any other is asked by a signal. In a process that goes on that is done only where it cannot disturb a system
// call: while the thread runs. In one that ends, every thread is asked, but when several have not answered, which costs
// some time each, the rest is not.
//
// Memory ordering: what workers write for reports is relaxed. The list of workers only grows, at its head, under the
// rest lock; here it is read without, since that lock may be what the process is stuck in.
#include "os/arena_walk.hpp"
#include "os/capture.hpp"
#include "park/dump.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"

namespace weft::detail {
namespace {

constexpr nanoseconds patience = 100'000'000;
constexpr std::uint32_t most_silent = 4;

atomic<std::uint32_t> silent{0};  // how many have not answered; grows while a report is made that ends the process

const worker* worker_of(const goroutine& g) noexcept {
  for (const worker* w = the.all_workers; w != nullptr; w = w->next_all) {
    if (w->running == &g) return w;
  }
  return nullptr;
}

}  // namespace

std::size_t frames_elsewhere(const goroutine& g, void** frames, std::size_t n) noexcept {
  const worker* const w = worker_of(g);
  if (w == nullptr || the.at.load(memory_order_relaxed) == phase::forked) return 0;
  const stack bounds = g.self.bounds;
  if (bounds.top == nullptr) return 0;
  if (is_blocking(*w)) {
    arena_walk walk;
    return walk.frames(w->blocked_pc.load(memory_order_relaxed), w->blocked_fp.load(memory_order_relaxed), bounds,
                       frames, n);
  }
  const bool last_words = report_begun();
  const bool waits_here = g.state.load(memory_order_relaxed) == goroutine_state::waiting;  // pinned: our own futex
  if (last_words && silent.load(memory_order_relaxed) >= most_silent) return 0;
  const std::size_t count =
      capture_frames(w->thread_id.load(memory_order_relaxed), bounds,
                     last_words || waits_here ? capture::any : capture::only_running, frames, n, patience);
  if (count == 0 && last_words) silent.fetch_add(1, memory_order_relaxed);
  return count;
}

}  // namespace weft::detail

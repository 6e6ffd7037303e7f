// SPDX-License-Identifier: Apache-2.0
//
// Engine sim: the functions of park.hpp, and those of the public API that ask the engine.
//
// Memory ordering: goroutine states are relaxed: one thread writes them.
#include <algorithm>

#include "os/cpu.hpp"
#include "os/fiber_annotations.hpp"
#include "os/stack.hpp"
#include "os/thread.hpp"
#include "os/thread_local.hpp"
#include "park/dump.hpp"
#include "park/parallelism.hpp"
#include "park/quiet.hpp"
#include "park/registry.hpp"
#include "park/stats.hpp"
#include "sim/engine.hpp"
#include "weft/detail/panic.hpp"
#include "weft/runtime.hpp"
#include "weft/testing.hpp"

namespace weft::detail {

goroutine* sim_engine::make(const start_options& options) {
  goroutine* g = nullptr;
  take_records(&g, 1);
  happens_after(g);
  prepare_record(*g, take_ids(1), options);
  return g;
}

void park(waiter& w, wait_reason reason, const void* object, commit_function commit, void* arg) {
  const runtime_section inside;
  sim().park(w, reason, object, commit, arg);
}

void ready(waiter& w) noexcept {
  const runtime_section inside;
  sim().ready(w);
}

bool park_until_end(goroutine&, std::uint64_t, waiter&, waiter*&, const void*) { return false; }

void ready_at_end(waiter& w) noexcept { ready(w); }

void* take_task_memory() { return ::operator new(task_memory); }

void give_task_memory(void* memory) noexcept { ::operator delete(memory); }

goroutine* make_goroutine(const start_options& options) {
  const runtime_section inside;
  if (!options.late || !sim().stopped()) sim().before_start();
  return sim().make(options);
}

void start(goroutine& g) noexcept {
  const runtime_section inside;
  sim().start(g);
}

event_lane* lane_here() noexcept { return this_worker() == &sim() ? &sim().events() : nullptr; }

bool can_start() noexcept { return !sim().stopped(); }

goroutine* current() noexcept {
  const runtime_section inside;
  return this_worker() == &sim() ? sim().running() : nullptr;
}

void yield() noexcept {
  const runtime_section inside;
  if (current() != nullptr)
    sim().yield();
  else
    relax(1'000);
}

nanoseconds now() noexcept {
  const runtime_section inside;
  return sim().now();
}

void arm(timer_entry& entry) noexcept {
  const runtime_section inside;
  sim().arm(entry);
}

bool disarm(timer_entry& entry) noexcept {
  const runtime_section inside;
  return sim().disarm(entry);
}

// The one thread blocks, and time stands still meanwhile: a blocking call takes no virtual time.
void enter_blocking() noexcept {
  const runtime_section inside;
  if (current() != nullptr) note(lane_here(), event_kind::blocking, 0);
}
void exit_blocking() noexcept {
  const runtime_section inside;
  if (current() != nullptr) note(lane_here(), event_kind::blocking_over, 0);
}

void pin_here() noexcept {}
void unpin_here() noexcept {}

std::uint32_t lane() noexcept { return current() != nullptr ? 0 : no_lane; }

// One thread: whoever asks is the one that runs.
std::size_t frames_elsewhere(const goroutine&, void**, std::size_t) noexcept { return 0; }

void refresh_stats() noexcept {
  stats_head& head = stats();
  head.gomaxprocs.store(1, memory_order_relaxed);
  head.goroutines.store(sim().live(), memory_order_relaxed);
  head.threads.store(1, memory_order_relaxed);
  head.looked_ns.store(static_cast<std::uint64_t>(sim().now()), memory_order_relaxed);
}

std::uint64_t draw() noexcept {
  const runtime_section inside;
  return sim().draw();
}

std::size_t sim_engine::parked() const noexcept {
  std::size_t n = outside_parked_.load(memory_order_seq_cst);
  for_each_goroutine(
      [](void* arg, goroutine& g) {
        if (g.state.load(memory_order_relaxed) == goroutine_state::waiting) ++*static_cast<std::size_t*>(arg);
      },
      &n);
  return n;
}

// Leaves the goroutine out of `runnable` until nothing else is in it; see advance().
void sim_engine::settle() {
  waiter self;
  struct request {
    sim_engine* engine;
    waiter* who;
  } r{this, &self};
  park(
      self, wait_reason::other, nullptr,
      [](void* arg) {
        const runtime_section inside;
        auto& settle = *static_cast<request*>(arg);
        settle.engine->settling_.push_back(settle.who);
      },
      &r);
}

void for_each_worker_memory(void (*visit)(void*, const void*, std::size_t), void* arg) { sim().visit_host(visit, arg); }

std::uint64_t idle_moment() noexcept { return 0; }

std::uint64_t quiet_moment() noexcept {
  const runtime_section inside;
  const std::optional<std::size_t> threads = process_threads();
  return current() != nullptr && threads.has_value() && *threads == instrument_threads() + 1 ? 1 : 0;
}

}  // namespace weft::detail

namespace weft {

// One goroutine runs at a time whatever is asked for; the number is kept, so that programs that ask see what they set.
int gomaxprocs(int n) {
  static detail::atomic<int> set{1};
  if (n > static_cast<int>(detail::most_tokens)) {
    detail::panicf("gomaxprocs(%d): the most is %u", n, detail::most_tokens);
  }
  return n >= 1 ? set.exchange(n) : set.load();
}

int num_cpu() { return detail::usable_cpus(); }

std::size_t num_goroutine() { return detail::sim().live(); }

void dump_goroutines(int fd) {
  detail::print_goroutines(fd, detail::current(), static_cast<std::uint32_t>(detail::now() / 1'000'000));
}

}  // namespace weft

namespace weft::testing {

census count() {
  const detail::runtime_section inside;
  census c;
  detail::for_each_goroutine(
      [](void* arg, detail::goroutine& g) {
        auto& counted = *static_cast<census*>(arg);
        const auto state = g.state.load(detail::memory_order_relaxed);
        if (state == detail::goroutine_state::abandoned) return;
        ++counted.goroutines;
        if (g.self.bounds.top != nullptr) ++counted.stacks;
      },
      &c);
  c.waiters = detail::sim().parked();
  return c;
}

void settle() {
  if (detail::current() == nullptr) detail::panic("settle() on a thread that is no goroutine");
  const detail::runtime_section inside;
  detail::sim().settle();
}

}  // namespace weft::testing

// SPDX-License-Identifier: Apache-2.0
//
// Engine sim: how a run begins and ends.
//
//   1. main becomes goroutine 1 and the calling thread drives the loop until main has ended; with `drain`, until every
//      goroutine has.
//   2. What is left is abandoned (park/abandon.cpp). Foreign threads go on: their deadlines stand, and so do those of
//      timers that are waited for; one of those who sleep drives again.
//   3. The engine is as new: the next run starts at the same time (unless a deadline is left) with its own seed.
//
// Memory ordering: goroutine states are relaxed: one thread reads and writes them.
#include <cstdlib>

#include "base/report_hook.hpp"
#include "os/fiber_annotations.hpp"
#include "os/overflow.hpp"
#include "os/quit.hpp"
#include "os/stack.hpp"
#include "os/thread.hpp"
#include "os/thread_local.hpp"
#include "park/abandon.hpp"
#include "park/body.hpp"
#include "park/control.hpp"
#include "park/dump.hpp"
#include "park/goroutine_groups.hpp"
#include "park/parallelism.hpp"
#include "park/registry.hpp"
#include "park/stats.hpp"
#include "park/watch.hpp"
#include "sim/engine.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/self_check.hpp"

namespace weft::detail {
namespace {

std::uint64_t seed_of(const run_options& options) {
  if (options.seed != 0) return options.seed;
  const char* text = std::getenv("WEFT_SEED");
  if (text == nullptr || *text == '\0') return 1;
  char* end = nullptr;
  const std::uint64_t seed = std::strtoull(text, &end, 10);
  if (*end != '\0') fatalf("WEFT_SEED=%s: it must be a number, or not be set", text);
  return seed;
}

struct main_call {
  void (*call)(void* f, int& status);
  void* f;
  int* status;
};

}  // namespace

void sim_engine::report(int fd, naming style) noexcept {
  const auto now_ms = static_cast<std::uint32_t>(clock_ / 1'000'000);
  print_goroutines(fd, on_driver() ? running_ : nullptr, now_ms, style);
  leave_trace(fd);
}

void sim_engine::prepare_process() {
  static const bool once = [] {
    self_check = true;
    open_stats();
    stats().lanes.store(1, memory_order_relaxed);
    prepare_recorder();
    open_lane(sim().events_);
    set_report_hook([](int fd) { sim().report(fd); });
    set_last_report_hook([](int fd) { sim().report(fd, naming::as_linked); });
    install_terminate_handler();
    install_overflow_handler(describe_stack);
    install_quit_handler([] {
      begin_report();
      write_text(2, "SIGQUIT: quit\n");
      sim().report(2, naming::as_linked);
      end_report();
    });
    enter_thread_signals();
    // A process that never had a second thread may count references without atomics, as the standard library does;
    // ThreadSanitizer would take that for races of the goroutines.
    if (tsan_on) static_cast<void>(start_thread([](void*) {}, nullptr, "weft-none"));
    listen_if_asked();
    return true;
  }();
  static_cast<void>(once);
}

void sim_engine::before_start() {
  prepare_process();
  if (stopped_.load()) panic("go() after run() has returned: the runtime has stopped");
}

void sim_engine::abandon() {
  runnable_.clear();
  forget_watchers();
  settling_.clear();
  inbox_lock_.lock();
  inbox_.clear();
  while (!deadlines_.empty()) {
    timer_entry* const entry = deadlines_.pop();
    const bool kept = entry->run != nullptr;  // else it belongs to a party that is gone
    if (kept) outside_.push(entry);
    entry->heap.store(kept ? &outside_ : nullptr, memory_order_release);
  }
  inbox_lock_.unlock();
  for_each_goroutine([](void*, goroutine& g) { detail::abandon(g); }, nullptr);
  count_shared(stats_counter::ends, live_);  // which nobody will see end
  live_ = 0;
}

/// Becomes the driver. A foreign thread that drives meanwhile stops at its next step.
void sim_engine::begin_run() {
  if (on_driver()) panic("run() inside run(): call it from a thread of your own, not from a goroutine");
  bool nobody = false;
  if (!in_run_.compare_exchange_strong(nobody, true, memory_order_seq_cst)) panic("run() inside run()");
  for (unsigned round = 0;; ++round) {
    bool undriven = false;
    if (driven_.compare_exchange_strong(undriven, true, memory_order_seq_cst)) return;
    signal_inbox();
    relax(round);
  }
}

int sim_engine::run_main(goroutine& main, const run_options& options) {
  begin_run();
  prepare_process();
  static_cast<void>(parallelism(options.workers));  // one goroutine runs at a time, but nonsense is refused here too
  chance_ = random_source(seed_of(options));
  inbox_lock_.lock();
  if (first_due() == nullptr) clock_ = 1'000'000'000;
  inbox_lock_.unlock();
  steps_at_this_time_ = 0;
  steps_until_look_ = 0;
  main_ = &main;
  main_returned_ = false;
  stopped_.store(false);
  runnable_.push_back(&main);
  ++live_;
  count_shared(stats_counter::starts);
  drain_ = options.drain;
  const runtime_section inside;
  drive([](void* engine) { return static_cast<sim_engine*>(engine)->over(); }, this);
  give_way_to_report();
  happens_after(&sim());
  report_left(options.report, static_cast<std::uint32_t>(clock_ / 1'000'000));
  abandon();
  main_ = nullptr;
  main_gone_ = false;
  stopped_.store(true);
  driven_.store(false, memory_order_seq_cst);
  in_run_.store(false, memory_order_seq_cst);
  call_next_driver(nullptr);
  return 0;
}

int run_main(void (*call)(void* f, int& status), void* f, const run_options& options, site where) {
  int status = 0;
  main_call request{call, f, &status};
  goroutine& g = *sim().make({where, 0, nullptr});
  g.id.store(take_main_id(), memory_order_relaxed);
  ::new (g.body.bytes) main_call*(&request);
  g.body.use = [](closure& self, closure_use how) -> void* {
    if (how != closure_use::call) return nullptr;
    main_call& m = **reinterpret_cast<main_call**>(self.bytes);
    m.call(m.f, *m.status);
    sim().main_has_returned();
    return nullptr;
  };
  sim().run_main(g, options);
  return status;
}

}  // namespace weft::detail

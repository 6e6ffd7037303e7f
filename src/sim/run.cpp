// SPDX-License-Identifier: Apache-2.0
//
// Engine sim: how a run begins and ends.
//
//   1. main becomes goroutine 1 and the calling thread drives the loop until main has ended; with `drain`, until every
//      goroutine has.
//   2. What is left is abandoned, as in Go: goroutines that never ran have their callables destroyed, those that could
//      run lose their stacks without unwinding. Those that wait are kept as they are for ever: their waiters may be
//      linked in channels that outlive the run.
//   3. The engine is as new: the next run starts at the same time with its own seed.
//
// Memory ordering: goroutine states are relaxed: one thread reads and writes them.
#include <cstdlib>

#include "base/report_hook.hpp"
#include "os/fiber_annotations.hpp"
#include "os/overflow.hpp"
#include "os/quit.hpp"
#include "os/stack.hpp"
#include "os/thread_local.hpp"
#include "park/body.hpp"
#include "park/dump.hpp"
#include "park/registry.hpp"
#include "sim/engine.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/self_check.hpp"

namespace weft::detail {
namespace {

std::uint64_t seed_of(const run_options& options) {
  if (options.seed != 0) return options.seed;
  const char* text = std::getenv("WEFT_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

struct main_call {
  void (*call)(void* f, int& status);
  void* f;
  int* status;
};

}  // namespace

void sim_engine::report(int fd) noexcept {
  const auto now_ms = static_cast<std::uint32_t>(clock_ / 1'000'000);
  if (reporting_all_) {
    print_goroutines(fd, running_, now_ms);
  } else if (running_ != nullptr && on_driver()) {
    print_goroutine(fd, *running_, true, now_ms);
  }
}

void sim_engine::prepare_process() {
  static const bool once = [] {
    self_check = true;
    set_report_hook([](int fd) { sim().report(fd); });
    install_terminate_handler();
    install_overflow_handler(describe_stack);
    install_quit_handler([] {
      begin_report();
      write_text(2, "SIGQUIT: quit\n");
      sim().reporting_all_ = true;
      sim().report(2);
      end_report();
    });
    enter_thread_signals();
    return true;
  }();
  static_cast<void>(once);
}

void sim_engine::before_start() {
  prepare_process();
  if (stopped_.load()) panic("go() after run() has returned: the runtime has stopped");
}

void sim_engine::abandon() {
  struct left {
    std::vector<goroutine*> records;
  } found;
  for_each_goroutine([](void* arg, goroutine& g) { static_cast<left*>(arg)->records.push_back(&g); }, &found);
  for (goroutine* g : found.records) {
    const goroutine_state state = g->state.load(memory_order_relaxed);
    if (state == goroutine_state::abandoned) continue;
    if (state == goroutine_state::waiting) {
      g->state.store(goroutine_state::abandoned, memory_order_relaxed);
      continue;
    }
    if (state == goroutine_state::fresh) g->body.use(g->body, closure_use::drop);
    if (g->self.bounds.top != nullptr) forget_stack(g->self.bounds.low(), g->self.bounds.size);
    give_back(*g);
  }
  runnable_.clear();
  descriptors_.clear();
  clock_ = never;  // deadlines free what they hold; the goroutines that they wake are abandoned
  fire_due();
  live_ = 0;
  settling_.clear();
}

int sim_engine::run_main(goroutine& main, const run_options& options) {
  bool nobody = false;
  if (!driven_.compare_exchange_strong(nobody, true, memory_order_seq_cst)) panic("run() inside run()");
  prepare_process();
  chance_ = random_source(seed_of(options));
  clock_ = 1'000'000'000;
  steps_at_this_time_ = 0;
  main_ = &main;
  main_returned_ = false;
  stopped_.store(false);
  runnable_.push_back(&main);
  ++live_;
  drain_ = options.drain;
  const runtime_section inside;
  drive([](void* engine) { return static_cast<sim_engine*>(engine)->over(); }, this);
  give_way_to_report();
  happens_after(&sim());
  if (options.report) {
    write_text(2, "weft: goroutines left when main returned:\n");
    print_goroutines(2, nullptr, static_cast<std::uint32_t>(clock_ / 1'000'000));
  }
  abandon();
  main_ = nullptr;
  main_gone_ = false;
  stopped_.store(true);
  driven_.store(false, memory_order_seq_cst);
  return 0;
}

int run_main(void (*call)(void* f, int& status), void* f, const run_options& options, site where) {
  int status = 0;
  main_call request{call, f, &status};
  goroutine& g = *sim().make({where, 0, nullptr});
  g.id.store(1, memory_order_relaxed);
  ::new (g.body.bytes) main_call*(&request);
  g.body.use = [](closure& self, closure_use how) {
    if (how == closure_use::drop) return;
    main_call& m = **reinterpret_cast<main_call**>(self.bytes);
    m.call(m.f, *m.status);
    sim().main_has_returned();
  };
  sim().run_main(g, options);
  return status;
}

}  // namespace weft::detail

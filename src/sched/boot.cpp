// SPDX-License-Identifier: Apache-2.0
//
// How the runtime starts: by run(), or by the first thread that calls go(), parks or sleeps without it.
//
// Starting costs a few tokens and no thread: workers appear when there is work for them. What is set up once for the
// process, at the first start: the report hook, the handlers for stack overflow, SIGQUIT and std::terminate, and the
// refusal to work in a forked child, where only the forking thread exists and every other worker is gone.
//
// Memory ordering: the phase is released by boot() when everything is set up and acquired by whoever finds the runtime
// running. The coarse clock only feeds reports: relaxed.
#include "base/report_hook.hpp"
#include "os/clock.hpp"
#include "os/membarrier.hpp"
#include "os/overflow.hpp"
#include "os/quit.hpp"
#include "os/thread.hpp"
#include "park/body.hpp"
#include "park/control.hpp"
#include "park/dump.hpp"
#include "park/io_choice.hpp"
#include "park/parallelism.hpp"
#include "park/quiet.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "weft/detail/panic.hpp"

#include <type_traits>

#include <new>

namespace weft::detail {

constinit outside_heap outside;
constinit engine the;

static_assert(std::is_trivially_destructible_v<engine>);

namespace {

word_lock boot_lock;  // one start at a time

std::uint32_t now_ms() noexcept { return static_cast<std::uint32_t>(monotonic_ns() / 1'000'000); }

void report(int fd) {
  if (the.made.load(memory_order_acquire) == 0) return;  // nothing has begun, and there may be no memory for it
  print_goroutines(fd, current(), now_ms());
  leave_trace(fd);
}

/// A signal handler may interrupt the allocator, which demangling needs; the watchdog does it in peace.
bool hand_to_watchdog() noexcept {
  if (!the.watchdog_started.load(memory_order_seq_cst) || the.at.load() == phase::forked) return false;
  the.quit_asked.store(true, memory_order_seq_cst);
  wake_watchdog();
  return true;
}

void in_forked_child() {
  forget_report();
  the.at.store(phase::forked, memory_order_seq_cst);
  if (worker* w = current_worker(); w != nullptr) w->lock.take();
}

void set_up_process() {
  static bool done = false;  // under boot_lock
  if (done) return;
  done = true;
  static_cast<void>(chosen_io());
  open_stats();
  prepare_recorder();
  set_report_hook(report);
  set_last_report_hook([](int fd) { print_goroutines(fd, nullptr, now_ms(), naming::as_linked); });
  install_terminate_handler();
  install_overflow_handler(describe_stack);
  install_quit_handler([] {
    if (hand_to_watchdog()) return;
    print_quit(naming::as_linked);
  });
  on_fork_child(in_forked_child);
  heavy_fence();  // registers the process with the kernel: until then every light fence is a full one
  listen_if_asked();
  look_for_stuck_if_asked();
}

}  // namespace

void print_quit(naming style) noexcept {
  begin_report();
  write_text(2, "SIGQUIT: quit\n");
  print_goroutines(2, current(), now_ms(), style);
  leave_trace(2);
  end_report();
}

void refuse_use(const char* what) {
  if (the.at.load(memory_order_acquire) == phase::forked) {
    panicf("%s in a forked child: only the forking thread survives a fork; call exec or _exit there", what);
  }
  panicf("%s after run() has returned: the runtime has stopped", what);
}

void boot(int workers) {
  boot_lock.lock();
  set_up_process();
  if (the.at.load(memory_order_acquire) != phase::running) {
    set_coarse_clock(monotonic_ns());
    resize(parallelism(workers));
    the.at.store(phase::running, memory_order_release);  // pairs with boot_outside()
  } else if (workers != 0) {
    resize(parallelism(workers));
  }
  boot_lock.unlock();
}

void boot_outside(const char* what) {
  stop_if_orphaned();
  const phase at = the.at.load(memory_order_acquire);         // pairs with boot()
  if (at == phase::running || at == phase::stopping) return;  // what starts as a run ends is abandoned with the rest
  stop_if_orphaned();                                         // it may have been just now
  if (at != phase::not_started) refuse_use(what);
  boot(0);
}

// For a foreign thread that waits: it needs no run, only somebody who watches the clock.
void need_runtime(const char* what) {
  const phase at = the.at.load(memory_order_acquire);  // pairs with boot()
  if (at == phase::forked) refuse_use(what);
  if (at == phase::not_started) boot(0);
}

}  // namespace weft::detail

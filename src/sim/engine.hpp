// SPDX-License-Identifier: Apache-2.0
//
// Engine sim: the waist on one thread, in virtual time, every choice drawn from a seed. Read this first: it is the
// whole idea of the runtime without any of its difficulty.
//
//   runnable   the goroutines that could run now; each step picks one of them at random
//   deadlines  a heap; time stands still while anything is runnable, and jumps to the next deadline when nothing is
//   nothing runnable, no deadline, nobody outside who could wake us: that is a deadlock, reported with every stack
//
// So a run is a function of the program and the seed. A test that fails prints its seed, and the seed replays it.
//
// Who drives. The thread inside run() is the driver: it runs the loop on its own stack (the `host` fiber) and
// switches into one goroutine after another. Without run(), a thread that parks drives the loop until it is woken
// itself; then it calls one of those who sleep to drive. Any other thread is foreign: its ready() goes through the
// inbox, its park sleeps on a futex. Programs with foreign threads work, but what those do is not drawn from the seed.
//
// Invariants
//   1. At most one goroutine runs, and only on the driver: nothing here but the inbox and the counters is shared.
//   2. A goroutine is in `runnable`, is `running`, or waits: never two of these.
//   3. commit runs on the host, after the switch: the goroutine's stack is at rest by then.
//   4. Time moves only in advance(), forwards. A program that never blocks but watches the clock would wait for ever,
//      so after `patience` steps without a move, each step costs a microsecond.
//
// Rejected: random preemption at every atomic operation. That is the model checker's work (test/model); here a
// goroutine is interrupted only where it calls the waist, at start and ready too (`may_interrupt`).
#pragma once

#include <cstdint>
#include <vector>

#include "base/deadline_queue.hpp"
#include "base/random.hpp"
#include "os/fiber.hpp"
#include "os/symbol.hpp"
#include "park/goroutine.hpp"
#include "park/recorder.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/party.hpp"
#include "weft/detail/word_lock.hpp"
#include "weft/run.hpp"

namespace weft::detail {

class sim_engine {
 public:
  /// What go() needs: the process set up, and no run that has ended.
  void before_start();
  int run_main(goroutine& main, const run_options& options);

  void park(waiter& w, wait_reason reason, const void* object, commit_function commit, void* arg);
  void ready(waiter& w) noexcept;
  void start(goroutine& g) noexcept;
  void yield() noexcept;
  void arm(timer_entry& entry) noexcept;
  bool disarm(timer_entry& entry) noexcept;
  void prepare_interrupts(void (*attend)());
  void expect_interrupts(bool expected) noexcept;
  void interrupt() noexcept;
  void descriptor_wait_begins() noexcept { descriptor_waits_.fetch_add(1, memory_order_seq_cst); }
  void descriptor_waits_end(std::size_t n) noexcept {
    descriptor_waits_.fetch_sub(static_cast<std::uint32_t>(n), memory_order_seq_cst);
  }
  void settle();
  void main_has_returned() noexcept { main_returned_ = true; }
  [[nodiscard]] bool over() const noexcept { return main_returned_ && (!drain_ || live_ == 0); }

  [[nodiscard]] bool stopped() const noexcept { return stopped_.load(); }

  [[nodiscard]] goroutine* make(const start_options& options);
  [[nodiscard]] goroutine* running() const noexcept { return running_; }
  [[nodiscard]] nanoseconds now() const noexcept { return clock_; }
  [[nodiscard]] std::uint64_t draw() noexcept { return chance_.next(); }
  [[nodiscard]] std::size_t live() const noexcept { return live_; }
  [[nodiscard]] event_lane& events() noexcept { return events_; }
  void visit_host(void (*visit)(void*, const void*, std::size_t), void* arg) const {
    visit_unused_stack(host_, visit, arg);
    deadlines_.visit_room(visit, arg);
    outside_.visit_room(visit, arg);
    visit(arg, settling_.data() + settling_.size(), (settling_.capacity() - settling_.size()) * sizeof(waiter*));
  }
  [[nodiscard]] std::size_t parked() const noexcept;

  /// For reports: all goroutines, the running one first.
  void report(int fd, naming style = naming::demangled) noexcept;

 private:
  struct pending_commit {
    commit_function call = nullptr;
    void* arg = nullptr;
    [[no_unique_address]] stand_in by{};  // in whose name, for ThreadSanitizer
  };

  void prepare_process();
  void drive(bool (*done)(void* arg), void* arg);
  void step(goroutine& g);
  void advance();
  void fire_due();
  bool take_inbox();
  bool poll_descriptors();
  bool look_at_descriptors(std::int64_t timeout);
  static void break_poll() noexcept;
  bool attend_interrupts();
  void wait_outside();
  void note_wait_end(waiter& w) noexcept;
  [[nodiscard]] std::uint32_t moment() const noexcept { return static_cast<std::uint32_t>(clock_ >> 4); }
  [[nodiscard]] bool outsiders_may_act() const;
  [[noreturn]] void deadlock();

  void enqueue(goroutine& g) noexcept;
  void may_interrupt() noexcept;
  void leave(pending_commit commit) noexcept;
  void park_outside(waiter& w, commit_function commit, void* arg);
  void call_next_driver(waiter* leaving) noexcept;
  [[nodiscard]] deadline_queue<timer_entry>* first_due() noexcept;
  void begin_run();
  void signal_inbox() noexcept;
  void finish(goroutine& g);
  void abandon();
  void give_back(goroutine& g);
  static void enter(void* message);
  [[nodiscard]] bool on_driver() const noexcept;

  // The driver's; no other thread touches them.
  random_source chance_{1};
  event_lane events_;  // what the recorder notes
  std::vector<goroutine*> runnable_;
  nanoseconds clock_ = 1'000'000'000;
  std::uint64_t steps_at_this_time_ = 0;
  std::uint64_t steps_until_look_ = 0;
  fiber host_;
  exception_state* exceptions_ = nullptr;
  goroutine* running_ = nullptr;
  party_number unread_party_ = 0;         // where it is written if nobody is to read it
  party_number* party_ = &unread_party_;  // the driver's thread: the number of `running_` (party.hpp)
  goroutine* main_ = nullptr;
  bool main_returned_ = false;
  bool drain_ = false;
  pending_commit commit_;
  std::size_t live_ = 0;
  std::vector<waiter*> settling_;
  bool main_gone_ = false;

  // Shared with foreign threads.
  word_lock inbox_lock_;
  std::vector<goroutine*> inbox_;              // under inbox_lock_
  deadline_queue<timer_entry> deadlines_;       // under inbox_lock_: of goroutines
  deadline_queue<timer_entry> outside_;         // under inbox_lock_: of foreign threads, and what outlives its run
  atomic<std::uint32_t> inbox_signal_{0};      // futex word: counts arrivals
  atomic<std::uint32_t> descriptor_waits_{0};  // how many wait for a descriptor
  atomic<bool> polling_{false};                // the driver may be asleep in the kernel
  std::vector<waiter*> sleepers_;              // foreign threads in park, under inbox_lock_
  atomic<std::uint32_t> outside_parked_{0};    // how many they are, one that drives among them
  atomic<bool> driven_{false};
  atomic<bool> in_run_{false};          // whoever drives without being in run() makes room
  atomic<bool> interrupted_{false};     // by a signal handler, which may run on any thread
  atomic<void (*)()> attend_{nullptr};  // set before the first interrupt
  atomic<bool> interrupts_expected_{false};
  atomic<bool> stopped_{false};  // a run has returned and no other has begun
};

[[nodiscard]] sim_engine& sim();

}  // namespace weft::detail

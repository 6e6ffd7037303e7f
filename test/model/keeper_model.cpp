// SPDX-License-Identifier: Apache-2.0
//
// Does the keeper oversleep? The idle worker that waits for deadlines and descriptors (src/sched/keeper.cpp), those who
// must tell it of an earlier one, and the watchdog's deep sleep (src/sched/watchdog.cpp): the places of the engine that
// rely on pairs of seq_cst accesses. The timer heap is the real one (src/sched/timers.cpp); the steps of keep_watch(),
// deadline_armed(), wake_thread() and sleep_deeply() are written out here, for the originals need the whole engine.
//
// Shown: when nobody can go on, the keeper sleeps no longer than the earliest deadline says, it sleeps in the poller if
// somebody waits for a descriptor, and not at all if it was given work; the watchdog sleeps only while nobody is
// active.
//
// The poller is a futex word that is 1 while its eventfd is readable (os/epoll.cpp): breaking a poll that has not begun
// ends it when it begins. Times are numbers; the clock does not move: a keeper that sleeps until a deadline sleeps.
// Covered: the keeper and one party, exhaustively; two parties, with at most 3 preemptions; what the parties do is in
// the sentences. Memory model: C++20 without load buffering; modification order is the order of execution.
// Not covered: a keeper that gets up by itself, an overdue deadline with all tokens busy (ask_for_attention), events.
// Twins: relaxed loads or stores where seq_cst is asked for; no second look at the deadlines; a nudge that does not
// mark; polling announced too late; a party in wait_fd that tells nobody.
//
// sentence: the keeper does not oversleep
// seconds: 240
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include "model/verdict.hpp"
#include "os/futex.hpp"
#include "sched/timers.cpp"  // the real code, on the atomics of the model
#include "weft/detail/word_lock.hpp"

namespace {

using namespace weft::detail;
using weft::model::cell;
using weft::model::program;
using weft::model::verdict;

enum class flaw {
  none,
  no_second_look,
  nudges_without_mark,
  nudge_fails_relaxed,
  announces_polling_late,
  tells_nobody
};

constexpr std::uint32_t asleep = 0, woken = 1, nudged = 2;  // as worker.hpp

struct engine {
  flaw with = flaw::none;
  timer_heap timers;
  atomic<nanoseconds> keeper_until{-1};
  atomic<std::uint32_t> descriptors{0};
  word_lock rest_lock;
  cell<bool> keeps{true};  // under rest_lock: the keeper is on the idle list
  atomic<std::uint32_t> wake{asleep};
  atomic<bool> polling{false};
  atomic<std::uint32_t> bell{0};
  nanoseconds sleeps_until = -1;  // what the keeper has in mind
  bool sleeps_in_poller = false;

  bool keep_watch();
  void poll();
  void break_poll();
  void nudge();
  void arm(timer_entry& entry);
  void wait_for_descriptor();
  void give_work();
};

void engine::poll() {
  while (bell.exchange(0, memory_order_seq_cst) == 0) futex_wait(bell, 0, -1);
}

void engine::break_poll() {
  bell.exchange(1, memory_order_seq_cst);
  futex_wake(bell, 1);
}

/// As keep_watch(), but for what comes after a sleep. True: it has work.
bool engine::keep_watch() {
  std::uint32_t expected = nudged;
  wake.compare_exchange_strong(expected, asleep, memory_order_seq_cst, memory_order_relaxed);
  const nanoseconds until = timers.earliest();
  keeper_until.store(until, memory_order_seq_cst);
  if (with == flaw::no_second_look || timers.earliest() >= until) {
    const bool polls = descriptors.load(memory_order_seq_cst) != 0;
    if (with != flaw::announces_polling_late) polling.store(polls, memory_order_seq_cst);
    if (wake.load(memory_order_seq_cst) == asleep) {
      if (with == flaw::announces_polling_late) polling.store(polls, memory_order_seq_cst);
      sleeps_until = until;
      sleeps_in_poller = polls;
      if (polls)
        poll();
      else
        futex_wait(wake, asleep, -1);
    }
    polling.store(false, memory_order_seq_cst);
  }
  keeper_until.store(-1, memory_order_seq_cst);
  return wake.load(memory_order_acquire) == woken;
}

/// Makes the keeper look again, if it sleeps or is about to.
void engine::nudge() {
  rest_lock.lock();
  std::uint32_t expected = asleep;
  const auto failure = with == flaw::nudge_fails_relaxed ? memory_order_relaxed : memory_order_seq_cst;
  const bool asks = keeps && (with == flaw::nudges_without_mark ||
                              wake.compare_exchange_strong(expected, nudged, memory_order_seq_cst, failure));
  rest_lock.unlock();
  if (!asks) return;
  if (polling.load(memory_order_seq_cst))
    break_poll();
  else
    futex_wake(wake, 1);
}

void engine::arm(timer_entry& entry) {
  if (!timers.arm(entry)) return;
  if (entry.when < keeper_until.load(memory_order_seq_cst)) nudge();  // deadline_armed()
}

/// Somebody parks in wait_fd(): if nobody did before, the keeper may sleep elsewhere than in the poller.
void engine::wait_for_descriptor() {
  if (descriptors.fetch_add(1, memory_order_seq_cst) != 0) return;
  if (with != flaw::tells_nobody && !polling.load(memory_order_seq_cst)) nudge();
}

/// As wake_worker(), when the keeper is the idle worker that is picked.
void engine::give_work() {
  rest_lock.lock();
  keeps = false;
  rest_lock.unlock();
  wake.store(woken, memory_order_seq_cst);
  if (polling.load(memory_order_seq_cst))
    break_poll();
  else
    futex_wake(wake, 1);
}

enum class deed { none, arms, waits_for_descriptor, gives_work };

void act(engine& e, deed what, timer_entry& entry) {
  switch (what) {
    case deed::arms:
      return e.arm(entry);
    case deed::waits_for_descriptor:
      return e.wait_for_descriptor();
    case deed::gives_work:
      return e.give_work();
    case deed::none:
      break;
  }
}

struct cast {
  deed first = deed::arms;
  deed second = deed::none;
  bool descriptor = false;  // somebody waits for one from the beginning
};

verdict::execution keeping(cast who, flaw with = flaw::none) {
  return [=](program& p) {
    engine e;
    e.with = with;
    if (who.descriptor) e.descriptors.store(1);
    timer_entry entries[2];
    entries[0].when = 20;
    entries[1].when = 10;
    p.name(e.timers, "timers"), p.name(e.keeper_until, "keeper_until"), p.name(e.descriptors, "descriptors");
    p.name(e.rest_lock, "rest_lock"), p.name(e.wake, "wake"), p.name(e.polling, "polling"), p.name(e.bell, "bell");
    bool has_work = false;
    p.sleeper("keeper", [&] {
      while (!has_work) has_work = e.keep_watch();
    });
    p.thread("party", [&] { act(e, who.first, entries[0]); });
    if (who.second != deed::none) p.thread("other", [&] { act(e, who.second, entries[1]); });
    p.run();
    const bool given = who.first == deed::gives_work || who.second == deed::gives_work;
    weft::model::check(has_work == given, "the keeper wakes for work, and only for work");
    if (has_work) return;
    weft::model::check(e.sleeps_until == e.timers.earliest(), "the keeper sleeps until the earliest deadline");
    weft::model::check(e.sleeps_in_poller == (e.descriptors.load() != 0), "the keeper watches the descriptors");
  };
}

// ---- the watchdog's deep sleep --------------------------------------------------------------------------------------

/// sleep_deeply() against a worker that gets up (get_up(), rest.cpp).
verdict::execution deep_sleep(std::memory_order order) {
  return [=](program& p) {
    atomic<std::uint32_t> signal{0}, pace{2}, active{0};
    p.name(signal, "signal"), p.name(pace, "pace"), p.name(active, "active");
    bool looks = false;
    p.sleeper("watchdog", [&] {
      const std::uint32_t seen = signal.load(order);
      pace.store(1, order);
      if (active.load(order) == 0) futex_wait(signal, seen, -1);
      pace.store(2, order);
      looks = true;
    });
    p.thread("worker", [&] {
      active.fetch_add(1, order);
      if (pace.load(order) != 1) return;
      signal.fetch_add(1, order);
      futex_wake(signal, 1);
    });
    p.run();
    weft::model::check(looks, "the watchdog looks while a worker is active");
  };
}

void check_twins(verdict& v) {
  const char* const late = "until the earliest deadline";
  const char* const work = "wakes for work";
  v.fails("twin: the keeper looks once at the deadlines", late, {}, keeping({}, flaw::no_second_look));
  v.fails("twin: loads are relaxed", late, {.relax_loads = true}, keeping({}));
  v.fails("twin: stores are relaxed", late, {.relax_stores = true}, keeping({}));
  v.fails("twin: a nudge leaves no mark", late, {}, keeping({}, flaw::nudges_without_mark));
  v.fails("twin: a nudge that fails may have read an old nudge", "watches the descriptors", {.preemptions = 3},
          keeping({.second = deed::waits_for_descriptor}, flaw::nudge_fails_relaxed));
  v.fails("twin: polling is announced late", work, {},
          keeping({.first = deed::gives_work, .descriptor = true}, flaw::announces_polling_late));
  v.fails("twin: loads are relaxed when work is given", work, {.relax_loads = true},
          keeping({.first = deed::gives_work, .descriptor = true}));
  v.fails("twin: wait_fd tells nobody", "watches the descriptors", {},
          keeping({.first = deed::waits_for_descriptor}, flaw::tells_nobody));
  v.fails("twin: the watchdog's words are acquire and release", "looks while", {.relax_loads = true},
          deep_sleep(std::memory_order_seq_cst));
}

}  // namespace

int main(int argc, char** argv) {
  verdict v(argc, argv);
  v.holds("a deadline is armed while the keeper goes to sleep", {}, keeping({}));
  v.holds("likewise while it goes to sleep in the poller", {}, keeping({.descriptor = true}));
  v.holds("work is given to the keeper", {}, keeping({.first = deed::gives_work}));
  v.holds("work is given to the keeper in the poller", {}, keeping({.first = deed::gives_work, .descriptor = true}));
  v.holds("somebody begins to wait for a descriptor", {}, keeping({.first = deed::waits_for_descriptor}));
  v.holds("two deadlines are armed", {.preemptions = 3}, keeping({.second = deed::arms}));
  v.holds("a deadline is armed and work is given", {.preemptions = 3}, keeping({.second = deed::gives_work}));
  v.holds("a deadline is armed and a descriptor is waited for", {.preemptions = 3},
          keeping({.second = deed::waits_for_descriptor}));
  v.holds("two begin to wait for descriptors", {.preemptions = 3},
          keeping({.first = deed::waits_for_descriptor, .second = deed::waits_for_descriptor}));
  v.holds("the watchdog sleeps deeply only while nobody is active", {}, deep_sleep(std::memory_order_seq_cst));
  check_twins(v);
  return v.done();
}

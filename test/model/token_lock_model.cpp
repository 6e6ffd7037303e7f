// SPDX-License-Identifier: Apache-2.0
//
// The biased lock of a token (src/sched/token_lock.hpp) around a token's run queue (src/sched/run_queue.hpp with room
// for 4), both real code; who uses them goes through the steps of src/sched: the owner pushes and pops (switch.cpp), a
// thief takes half (steal_from, find_work.cpp), the watchdog takes the token away (retake, watchdog.cpp) and gives it
// to another worker (give_token, rest.cpp).
//
// Shown: nobody is inside together with another (the ring's slots are cells: any overlap is a data race), no goroutine
// is lost or runs twice, an owner that has lost its token touches nothing, nobody waits for ever.
//
// Covered (who does what; bound on preemptions)
//   steal        the owner enters twice, a thief once; with and without patience; two thieves     exhaustive; patience
//                is one round, which may also end for no reason
//   retake       the owner enters twice; the watchdog retakes and works on with the token         exhaustive
//   both         the owner enters once, thief and watchdog both contest                           exhaustive
//   no membarrier  the owner and a thief, or two                                                  exhaustive, 2
//   regain       the watchdog retakes and gives the worker another token; a thief contests        3
//   tenure       a token goes to another worker while a thief holds an old pointer to that one    3
// Memory model: C++20 without load buffering; heavy fences reach the other threads one after the other, in any order.
// Not covered: more than three threads, a longer patience, GOMAXPROCS changes, forks.
// Twins: no heavy fence; relaxed stores; relaxed updates; relaxed loads; an owner that looks before it marks; a thief
// that trusts what it saw before the fence; a watchdog that takes without looking; a thief that does not look who holds
// the token; `held` published and read relaxed.
//
// sentence: the owner of a token, thieves and the watchdog are never inside together
// seconds: 240
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include "model/verdict.hpp"
#include "os/futex.hpp"
#include "sched/run_queue.hpp"
#include "sched/token_lock.hpp"

namespace {

using namespace weft::detail;
using weft::model::cell;
using weft::model::program;
using weft::model::verdict;

constexpr int most_items = 4;

struct token {
  run_queue<int, cell<int>, 4> queue;
  cell<int> eager;  // written by thieves and by the owner
};

/// Who ran what; only looked at when all is over.
struct record {
  int runs[most_items + 1] = {};

  void run(int item) {
    if (item != 0) ++runs[item];
  }
  void check_each_once(int items) const {
    for (int i = 1; i <= items; ++i) {
      weft::model::check(runs[i] != 0, "no goroutine is lost");
      weft::model::check(runs[i] < 2, "no goroutine runs twice");
    }
  }
};

void drain(token& t, record& done) {
  while (const int item = t.queue.pop_front()) done.run(item);
}

/// Makes a goroutine runnable and takes another, as yield() does. False: the token is lost.
bool owner_round(token_lock& lock, token& t, record& done, int item) {
  if (!lock.enter()) return false;
  if (item != 0) weft::model::check(t.queue.push_back(item), "there is room");
  done.run(t.queue.pop_front());
  if (t.eager != 0) t.eager = t.eager - 1;
  lock.leave();
  return true;
}

/// As steal_from(), without the question who holds the token.
void steal(token_lock& lock, token& t, record& done, unsigned patience) {
  if (!lock.contest() || !lock.inspect(patience)) return;
  int loot[2];
  const std::uint32_t n = t.queue.take_half(loot);
  t.eager = 64;
  lock.give_back();
  for (std::uint32_t i = 0; i < n; ++i) done.run(loot[i]);
}

/// As retake(): the watchdog goes on as the token's new worker, and runs one more.
bool retake(token_lock& lock, token& t, record& done, int item) {
  if (!lock.contest() || !lock.inspect(0)) return false;
  lock.take();
  weft::model::check(t.queue.push_back(item), "there is room");
  drain(t, done);
  return true;
}

struct scene {
  token_lock lock;
  token t;
  record done;

  void name(program& p) const {
    p.name(lock, "lock.in_"), p.name(*(reinterpret_cast<const char*>(&lock) + sizeof(lock) / 2), "lock.state_");
    p.name(t, "queue"), p.name(t.eager, "eager");
  }
};

verdict::execution stealing(int rounds, int thieves, unsigned patience) {
  return [=](program& p) {
    scene s;
    s.name(p);
    weft::model::check(s.t.queue.push_back(1) && s.t.queue.push_back(2), "there is room");
    p.thread("owner", [&] {
      for (int i = 0; i < rounds; ++i) {
        weft::model::check(owner_round(s.lock, s.t, s.done, 3 + i), "a thief takes no token");
      }
    });
    static const char* const names[] = {"thief", "other"};
    for (int i = 0; i < thieves; ++i) p.thread(names[i], [&] { steal(s.lock, s.t, s.done, patience); });
    p.run();
    drain(s.t, s.done);
    s.done.check_each_once(2 + rounds);
  };
}

verdict::execution retaking(int rounds, bool thief) {
  return [=](program& p) {
    scene s;
    s.name(p);
    weft::model::check(s.t.queue.push_back(1), "there is room");
    bool lost = false, taken = false;
    int pushed = 0;
    p.thread("owner", [&] {
      for (int i = 0; i < rounds && !lost; ++i) {
        if (owner_round(s.lock, s.t, s.done, 2 + i))
          ++pushed;
        else
          lost = true;
      }
    });
    p.thread("watchdog", [&] { taken = retake(s.lock, s.t, s.done, most_items); });
    if (thief) p.thread("thief", [&] { steal(s.lock, s.t, s.done, 0); });
    p.run();
    weft::model::check(taken || !lost, "a token is lost only to who takes it");
    weft::model::check(s.lock.is_lost() == taken, "a taken token is lost to its worker");
    drain(s.t, s.done);
    s.done.check_each_once(1 + pushed);
    weft::model::check(s.done.runs[most_items] == (taken ? 1 : 0), "the new worker runs what it queues");
  };
}

// ---- regain ---------------------------------------------------------------------------------------------------------

struct worker {
  token_lock lock;
  atomic<token*> held{nullptr};
};

/// The worker sleeps when it has lost its token; whoever retook that gives it another (hand_over, wake_thread).
void regain(program& p) {
  worker w;
  token first, second;
  record done;
  atomic<std::uint32_t> wake{0};
  p.name(w.lock, "lock"), p.name(w.held, "held"), p.name(wake, "wake"), p.name(first, "first");
  p.name(second, "second");
  weft::model::check(first.queue.push_back(1) && second.queue.push_back(2), "there is room");
  w.held.store(&first);
  p.sleeper("owner", [&] {
    if (owner_round(w.lock, first, done, 0)) return;
    weft::model::check(w.held.load(memory_order_relaxed) != &first, "who has lost its token does not hold it");
    while (wake.load(memory_order_acquire) == 0) futex_wait(wake, 0, -1);
    weft::model::check(w.held.load(memory_order_relaxed) == &second, "who was given a token holds it");
    weft::model::check(owner_round(w.lock, second, done, 0), "who was given a token may enter");
  });
  p.thread("watchdog", [&] {
    if (!w.lock.contest() || !w.lock.inspect(0)) return;
    w.held.store(nullptr, memory_order_relaxed);
    w.lock.take();
    drain(first, done);
    w.held.store(&second, memory_order_release);
    w.lock.reset_if_lost();
    wake.store(1, memory_order_release);
    futex_wake(wake, 1);
  });
  p.thread("thief", [&] {
    if (!w.lock.contest() || !w.lock.inspect(0)) return;
    int loot[2];
    const std::uint32_t n = w.held.load(memory_order_acquire) == &second ? second.queue.take_half(loot) : 0;
    w.lock.give_back();
    for (std::uint32_t i = 0; i < n; ++i) done.run(loot[i]);
  });
  p.run();
  weft::model::check(done.runs[1] <= 1 && done.runs[2] <= 1, "no goroutine runs twice");
}

// ---- tenure ---------------------------------------------------------------------------------------------------------

/// How `held` is written by who gives a token to a resting worker, and read by a thief inside that worker's lock.
struct publication {
  bool look = true;
  std::memory_order write = memory_order_release;
  std::memory_order read = memory_order_acquire;
};

/// The thief found `second` as the token's owner long ago. The token is first's now; it is retaken and given to second.
verdict::execution tenure(publication how) {
  return [=](program& p) {
    token t;
    worker first, second;
    record done;
    p.name(first.lock, "first.lock"), p.name(second.lock, "second.lock"), p.name(second.held, "second.held");
    p.name(t, "queue");
    first.held.store(&t, memory_order_relaxed);
    p.thread("first", [&] {
      if (!first.lock.enter()) return;
      weft::model::check(t.queue.push_back(1) && t.queue.push_back(2), "there is room");
      first.lock.leave();
    });
    p.thread("watchdog", [&] {
      if (!first.lock.contest() || !first.lock.inspect(0)) return;
      first.held.store(nullptr, memory_order_relaxed);
      first.lock.take();
      second.held.store(&t, how.write);
      if (second.lock.enter()) {  // stands for the second worker, which is woken now
        drain(t, done);
        second.lock.leave();
      }
    });
    p.thread("thief", [&] {
      if (!second.lock.contest() || !second.lock.inspect(0)) return;
      int loot[2];
      std::uint32_t n = 0;
      if (!how.look || second.held.load(how.read) == &t) n = t.queue.take_half(loot);
      second.lock.give_back();
      for (std::uint32_t i = 0; i < n; ++i) done.run(loot[i]);
    });
    p.run();
    if (first.lock.is_lost()) drain(t, done);
    for (int i = 1; i <= 2; ++i) weft::model::check(done.runs[i] < 2, "no goroutine runs twice");
  };
}

// ---- twins ----------------------------------------------------------------------------------------------------------

/// The protocol reduced to its two words, with a flaw.
enum class flaw { none, looks_before_it_marks, trusts_an_old_look, takes_without_looking };

verdict::execution reduced(flaw with) {
  return [=](program& p) {
    atomic<int> in{0}, state{0};
    cell<int> data;
    p.name(in, "in"), p.name(state, "state"), p.name(data, "data");
    p.thread("owner", [&] {
      const bool early = with == flaw::looks_before_it_marks && state.load(memory_order_acquire) == 0;
      in.store(1, memory_order_relaxed);
      light_fence();
      if (early || state.load(memory_order_acquire) == 0) data = data + 1;
      in.store(0, memory_order_release);
    });
    p.thread("other", [&] {
      const bool early = with == flaw::trusts_an_old_look && in.load(memory_order_acquire) == 0;
      state.store(1, memory_order_relaxed);
      heavy_fence();
      if (with == flaw::takes_without_looking || early || in.load(memory_order_acquire) == 0) data = data + 1;
      state.store(0, memory_order_release);
    });
    p.run();
  };
}

}  // namespace

int main(int argc, char** argv) {
  verdict v(argc, argv);
  v.holds("an owner and a thief share a run queue", {}, stealing(2, 1, 0));
  v.holds("an owner and a patient thief share a run queue", {.spurious = 1}, stealing(2, 1, 1));
  v.holds("an owner and two thieves share a run queue", {}, stealing(1, 2, 0));
  v.holds("a watchdog retakes a token", {}, retaking(2, false));
  v.holds("a watchdog and a thief both contest a token", {}, retaking(1, true));
  v.holds("where there is no membarrier, full fences serve", {.symmetric_fences = true}, stealing(1, 1, 0));
  v.holds("likewise with two thieves", {.preemptions = 2, .symmetric_fences = true}, stealing(1, 2, 0));
  v.holds("a worker that lost its token gets another", {.preemptions = 3}, regain);
  v.holds("a thief with an old pointer meets the token's new worker", {.preemptions = 3}, tenure({}));
  v.holds("the reduced protocol excludes", {}, reduced(flaw::none));
  v.fails("twin: no heavy fence", "data race|goroutine", {.no_heavy_fence = true}, stealing(2, 1, 0));
  v.fails("twin: no heavy fence before a retake", "data race|goroutine", {.no_heavy_fence = true}, retaking(2, false));
  v.fails("twin: leave and give back are relaxed", "data race", {.relax_stores = true}, stealing(2, 1, 0));
  v.fails("twin: what is granted is relaxed", "data race|twice", {.relax_updates = true}, stealing(2, 1, 1));
  v.fails("twin: loads are relaxed", "data race", {.relax_loads = true}, stealing(2, 1, 0));
  v.fails("twin: the owner looks before it marks", "data race", {}, reduced(flaw::looks_before_it_marks));
  v.fails("twin: the thief trusts a look before the fence", "data race", {}, reduced(flaw::trusts_an_old_look));
  v.fails("twin: the watchdog takes without looking", "data race", {}, reduced(flaw::takes_without_looking));
  v.fails("twin: a thief does not look who holds the token", "data race", {}, tenure({.look = false}));
  v.fails("twin: `held` is published and read relaxed", "data race|twice", {},
          tenure({.write = memory_order_relaxed, .read = memory_order_relaxed}));
  return v.done();
}

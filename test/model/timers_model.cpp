// SPDX-License-Identifier: Apache-2.0
//
// Deadlines on a party's stack: the real timer heap (src/sched/timers.cpp) and waiter. A party arms an entry, waits,
// disarms and returns, and the entry is gone; meanwhile somebody else fires what is due, and a sender may complete the
// waiter first.
//
// Shown: the party is woken once, by one of them; when disarm() has returned nobody touches entry or waiter any more
// (both are destroyed at once, and the checker reports a later use); an entry that was not disarmed has fired.
//
// Covered: the party and one who fires, exhaustively; with a sender, and with two who fire, at most 3 preemptions.
// Memory model: C++20 without load buffering. Not covered: entries that `run`, several entries in one heap (plain data
// under one lock: test/sched), more than one heap.
// Twins: disarm() trusts a null without acquiring; the firing thread lets go of the entry by a relaxed store.
//
// sentence: a deadline leaves its party's frame alone
// seconds: 240
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include "model/verdict.hpp"
#include "os/futex.hpp"
#include "sched/timers.cpp"  // the real code, on the atomics of the model
#include "weft/detail/waiter.hpp"

namespace {

using namespace weft::detail;
using weft::model::cell;
using weft::model::program;
using weft::model::verdict;

struct sleeper {
  waiter self;
  timer_entry deadline;
  cell<int> frame;  // stands for the rest of the frame: the claim writes it, and so does whoever reuses the memory
  bool timed_out = false;
};

waiter* claim_for(timer_entry& entry) noexcept {
  auto& s = *static_cast<sleeper*>(entry.arg);
  s.frame = 1;
  if (!s.self.claim()) return nullptr;
  s.timed_out = true;
  return &s.self;
}

void make_ready(waiter& w) {
  w.awake.store(1, memory_order_release);
  futex_wake(w.awake, 1);
}

/// What the party shares: where a sender finds it, and the heap.
struct scene {
  timer_heap heap;
  word_lock lock;
  waiter* waiting = nullptr;  // under lock
};

void wait_with_deadline(program& p, scene& all, bool& fired) {
  sleeper s;
  p.name(s.self.claimed, "claimed"), p.name(s.self.awake, "awake"), p.name(s.deadline.heap, "entry.heap");
  p.name(s.frame, "frame");
  s.self.contended = true;
  s.deadline.when = 1;
  s.deadline.arg = &s;
  s.deadline.claim = claim_for;
  all.lock.lock();
  all.waiting = &s.self;
  all.lock.unlock();
  all.heap.arm(s.deadline);
  while (s.self.awake.load(memory_order_acquire) == 0) futex_wait(s.self.awake, 0, -1);
  all.lock.lock();
  all.waiting = nullptr;
  all.lock.unlock();
  const bool in_time = timer_heap::disarm(s.deadline);
  weft::model::check(!(in_time && s.timed_out), "what has fired is not disarmed");
  s.frame = 2;
  fired = !in_time;
}

void fire(scene& all, int& claims) {
  waiter* won = nullptr;
  if (!all.heap.fire_one(1, won) || won == nullptr) return;
  ++claims;
  make_ready(*won);
}

void send(scene& all, int& claims) {
  all.lock.lock();
  waiter* const w = all.waiting != nullptr && all.waiting->claim() ? all.waiting : nullptr;
  all.lock.unlock();
  if (w == nullptr) return;
  ++claims;
  make_ready(*w);
}

verdict::execution waiting(int firing, bool sending) {
  return [=](program& p) {
    scene all;
    bool returned = false, fired = false;
    int claims = 0, fires = 0;
    p.name(all.heap, "heap"), p.name(all.lock, "lock");
    p.sleeper("party", [&] {
      wait_with_deadline(p, all, fired);
      returned = true;
    });
    static const char* const names[] = {"fires", "fires too"};
    for (int i = 0; i < firing; ++i) {
      p.thread(names[i], [&] { fire(all, fires); });
    }
    if (sending) p.thread("sender", [&] { send(all, claims); });
    p.run();
    weft::model::check(claims + fires <= 1, "one completes the waiter");
    weft::model::check(returned == (claims + fires == 1), "the party returns when it is completed");
    weft::model::check(!returned || fires == 0 || fired, "what has fired is not armed");
  };
}

}  // namespace

int main(int argc, char** argv) {
  verdict v(argc, argv);
  v.holds("a deadline fires, or comes too early", {}, waiting(1, false));
  v.holds("a deadline and a sender race", {.preemptions = 3}, waiting(1, true));
  v.holds("two fire", {.preemptions = 3}, waiting(2, false));
  v.fails("twin: stores are relaxed", "data race|destroy", {.relax_stores = true}, waiting(1, true));
  v.fails("twin: loads are relaxed", "data race|destroy", {.relax_loads = true}, waiting(1, true));
  return v.done();
}

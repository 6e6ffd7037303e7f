// SPDX-License-Identifier: Apache-2.0
//
// Who completes a waiter, and how its party learns of it: claim() and the futex word `awake` of
// include/weft/detail/waiter.hpp (the real code, with the real word_lock and intrusive_list), in the steps of
// src/chan (complete), src/sched/outside.cpp (a foreign thread parks and is made ready) and src/sched/timers.cpp (a
// deadline claims under the heap's lock).
//
// Covered
//   race      two senders and a deadline want one contended waiter; its party sleeps. Four threads, exhaustive
//   select    the party links a node in each of two lists, arms a deadline, sleeps, unlinks and disarms, and its frame
//             goes. One sender per list and the deadline. Four threads, at most 3 preemptions (without a bound: 20 s);
//             with one list, exhaustive
//   wake      the party and one waker, with waits that end for no reason and without. Two threads, exhaustive
// Memory model: C++20 without load buffering. The fields that the winner writes (`winner`, the value) are watched as
// cells that are written where the real fields are; the waiter is on the party's stack, so a late touch by a loser is
// found as a use after destruction.
// Twins: claim in two steps; a completer that does not claim; ready by a relaxed store; the wake-up before the store;
// a sleeper that does not compare; a loser that looks at the waiter after its list's lock.
//
// sentence: one completes a waiter, and its party wakes
// seconds: 240
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include "model/verdict.hpp"
#include "os/futex.hpp"
#include "weft/detail/waiter.hpp"
#include "weft/detail/word_lock.hpp"

namespace {

using namespace weft::detail;
using weft::model::cell;
using weft::model::program;
using weft::model::verdict;

/// As park_outside().
void sleep_until_awake(waiter& w) {
  while (w.awake.load(memory_order_acquire) == 0) futex_wait(w.awake, 0, -1);
}

/// As ready_outside().
void make_ready(waiter& w) {
  w.awake.store(1, memory_order_release);
  futex_wake(w.awake, 1);
}

// ---- race -----------------------------------------------------------------------------------------------------------

using claimer = bool (*)(waiter&);

bool claims(waiter& w) { return w.claim(); }
bool claims_in_two_steps(waiter& w) {
  if (w.claimed.load(memory_order_acquire) != 0) return false;
  w.claimed.store(1, memory_order_release);
  return true;
}
bool does_not_claim(waiter&) { return true; }

verdict::execution race(claimer claim) {
  return [=](program& p) {
    waiter w;
    w.contended = true;
    cell<int> value;
    int completed = 0;
    p.name(w, "w"), p.name(w.claimed, "w.claimed"), p.name(w.awake, "w.awake"), p.name(value, "value");
    p.thread("party", [&] {
      sleep_until_awake(w);
      weft::model::check(value != 0, "the party sees what the winner wrote");
    });
    static const char* const names[] = {"left", "right", "deadline"};
    for (int i = 0; i < 3; ++i) {
      p.thread(names[i], [&, i] {
        if (!claim(w)) return;
        value = i + 1;
        ++completed;
        make_ready(w);
      });
    }
    p.run();
    weft::model::check(completed == 1, "one completes the waiter");
  };
}

// ---- select ---------------------------------------------------------------------------------------------------------

struct channel {
  word_lock lock;
  wait_list receivers;
};

struct deadline {
  word_lock lock;
  waiter* armed = nullptr;  // under lock
};

/// The party: as select() over `n` channels with a deadline.
void receive(program& p, channel* channels, int n, deadline& timer, cell<int>& value, cell<int>& winner) {
  waiter w;
  p.name(w.claimed, "w.claimed"), p.name(w.awake, "w.awake");
  w.contended = true;
  wait_node nodes[2];
  for (int i = 0; i < n; ++i) {
    nodes[i].who = &w;
    nodes[i].slot = &value;
  }
  for (int i = 0; i < n; ++i) channels[i].lock.lock();
  for (int i = 0; i < n; ++i) channels[i].receivers.push_back(nodes[i]);
  for (int i = 0; i < n; ++i) channels[i].lock.unlock();
  timer.lock.lock();
  timer.armed = &w;
  timer.lock.unlock();
  sleep_until_awake(w);
  weft::model::check(winner != 0, "somebody has won");
  weft::model::check((winner == 3) == (value == 0), "the value is the winner's");
  timer.lock.lock();
  timer.armed = nullptr;
  timer.lock.unlock();
  for (int i = 0; i < n; ++i) {
    channels[i].lock.lock();
    if (nodes[i].linked()) wait_list::remove(nodes[i]);
    channels[i].lock.unlock();
  }
}

/// As send() to a waiting receiver. `late`: looks at the waiter again when it has lost and left the lock.
void send(channel& c, int number, cell<int>& winner, bool late) {
  c.lock.lock();
  wait_node* const node = c.receivers.pop_front();
  const bool won = node != nullptr && node->who->claim();
  if (won) {
    *static_cast<cell<int>*>(node->slot) = number;
    winner = number;
  }
  waiter* const who = node != nullptr ? node->who : nullptr;
  c.lock.unlock();
  if (won)
    make_ready(*who);
  else if (late && who != nullptr)
    static_cast<void>(who->claimed.load(memory_order_relaxed));
}

void expire(deadline& timer, cell<int>& winner) {
  timer.lock.lock();
  waiter* won = timer.armed;
  timer.armed = nullptr;
  if (won != nullptr && !won->claim()) won = nullptr;
  if (won != nullptr) winner = 3;
  timer.lock.unlock();
  if (won != nullptr) make_ready(*won);
}

verdict::execution select(int channels, bool late) {
  return [=](program& p) {
    channel c[2];
    deadline timer;
    cell<int> value, winner;
    p.name(c[0], "first.lock"), p.name(c[1], "second.lock"), p.name(timer, "timer.lock");
    p.name(value, "value"), p.name(winner, "winner");
    bool returned = false;
    p.sleeper("party", [&] { receive(p, c, channels, timer, value, winner), returned = true; });
    p.thread("first", [&] { send(c[0], 1, winner, late); });
    if (channels == 2) p.thread("second", [&] { send(c[1], 2, winner, late); });
    p.thread("deadline", [&] { expire(timer, winner); });
    p.run();
    weft::model::check(returned == (winner != 0), "the party returns when somebody has won");
  };
}

// ---- wake -----------------------------------------------------------------------------------------------------------

void wake(program& p, void (*sleep)(waiter&), void (*ready)(waiter&)) {
  waiter* published = nullptr;
  atomic<int> go{0};
  cell<int> value;
  p.name(go, "go"), p.name(value, "value");
  p.thread("party", [&] {
    waiter w;
    p.name(w.awake, "w.awake");
    published = &w;
    go.store(1, memory_order_release);
    sleep(w);
    weft::model::check(value == 1, "the party sees what the waker wrote");
  });
  p.thread("waker", [&] {
    weft::model::wait_until([&] { return go.load(memory_order_acquire) == 1; });
    value = 1;
    ready(*published);
  });
  p.run();
}

verdict::execution waking(void (*sleep)(waiter&), void (*ready)(waiter&)) {
  return [=](program& p) { wake(p, sleep, ready); };
}

void wake_then_store(waiter& w) {
  futex_wake(w.awake, 1);
  w.awake.store(1, memory_order_release);
}

void sleep_without_comparing(waiter& w) {
  while (w.awake.load(memory_order_acquire) == 0) futex_wait(w.awake, w.awake.load(memory_order_relaxed), -1);
}

}  // namespace

int main(int argc, char** argv) {
  verdict v(argc, argv);
  v.holds("of two senders and a deadline one completes the waiter", {}, race(claims));
  v.fails("twin: claim looks, then takes", "one completes the waiter|data race", {}, race(claims_in_two_steps));
  v.fails("twin: nobody claims", "data race: value", {}, race(does_not_claim));
  v.holds("a receive with a deadline has one end, and its frame may go", {}, select(1, false));
  v.holds("a select over two channels with a deadline likewise", {.preemptions = 3}, select(2, false));
  v.fails("twin: a loser looks at the waiter after the lock", "after its destruction|destroyed while", {},
          select(1, true));
  v.holds("a foreign thread's wake-up is not lost", {}, waking(sleep_until_awake, make_ready));
  v.holds("nor if waits end for no reason", {.spurious = 2}, waking(sleep_until_awake, make_ready));
  v.fails("twin: ready is a relaxed store", "data race: value", {.relax_stores = true}, race(claims));
  v.fails("twin: the wake-up comes before the store", "deadlock: party sleeps", {},
          waking(sleep_until_awake, wake_then_store));
  v.fails("twin: the sleeper does not compare", "deadlock: party sleeps", {},
          waking(sleep_without_comparing, make_ready));
  return v.done();
}

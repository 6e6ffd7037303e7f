// SPDX-License-Identifier: Apache-2.0
//
// The wait_group (src/sync/wait_group.cpp with wait_queue.cpp and word_lock.hpp, the real code), around a park() and a
// ready() that are one flag each.
//
// Shown: wait() returns only at a count of zero, and sees what was done; a group may be used again or destroyed as soon
// as one wait() has returned, though the done() that lets others go is still on its way; nobody is left waiting.
//
// Covered (bound on preemptions)
//   count        two done(), one wait(); then the group goes                        exhaustive
//   together     a done() and two wait()                                            exhaustive
//   again        one waits; another waits, and then begins the next round           exhaustive
//   destroyed    one waits; another waits, and then the group goes                  exhaustive
//   misuse       an add() between the last done() and the return of who waits       exhaustive
//   limit        one waits with a limit, which passes at any moment; the next round  exhaustive
//   two limits   the same, while another waits without a limit                      1
//   given up     one gives up while something is missing; then the group goes       exhaustive
// Memory model: C++20 without load buffering. Not covered: counts above 2, more than one releaser after another.
// Twins: wait() looks at the count only, or at the word without the lock; who gives up leaves the mark, or takes it
// away whatever the count, or does not wait for a releaser; counting is relaxed; loads are relaxed.
//
// guarantee: M8.3 M8.7 M8.8
// sentence: nobody gets past the done() that lets those who wait go
// seconds: 300
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include <optional>

#include "base/error.cpp"
#include "model/verdict.hpp"
#include "sync/wait_group.cpp"  // the real code, on the atomics of the model
#include "sync/wait_queue.cpp"

namespace weft::detail {

namespace {
atomic<int>* parked = nullptr;  // counts those who wait, if somebody wants to know
}

void park(waiter& w, wait_reason, const void*, commit_function commit, void* arg) {
  commit(arg);
  if (parked != nullptr) parked->fetch_add(1, memory_order_release);
  model::wait_until([&] { return w.awake.load(memory_order_acquire) != 0; });
}

/// The deadline comes at some moment between the commit and a completion.
wait_end park_within(waiter& w, wait_reason, const void*, commit_function commit, void* arg, const wait_limit&) {
  commit(arg);
  if (w.claim()) return wait_end::timed_out;
  model::wait_until([&] { return w.awake.load(memory_order_acquire) != 0; });
  return wait_end::completed;
}

nanoseconds now() noexcept { return 0; }

void ready(waiter& w) noexcept { w.awake.store(1, memory_order_release); }

void watch_for_exit() noexcept {}

// Diagnosis is left out: no edge is ever listed, no lock watched.
bool wait_edge::insert() noexcept { return false; }
void wait_edge::close() noexcept {}
void wait_edge::report() {}

void wait_queue::forbid_waiters(const char* message) noexcept { panic(message); }

}  // namespace weft::detail

namespace {

using namespace weft::detail;
using weft::wait_group;
using weft::model::cell;
using weft::model::program;
using weft::model::verdict;

/// The word with the count and the mark: a group begins with it.
atomic<std::int64_t>& word_of(wait_group& group) { return reinterpret_cast<atomic<std::int64_t>&>(group); }

/// A group that may be left with those who wait, when an execution is given up.
struct group_holder {
  std::optional<wait_group> held{std::in_place};
  ~group_holder() {
    if (held) word_of(*held).store(0, memory_order_relaxed);
  }
};

/// The members of a group, for those who would wait in another way than it does.
struct members {
  atomic<std::int64_t> word;
  wait_queue queue;
};

constexpr wait_limit soon{.until = 1};

using waiting = void (*)(wait_group&);

void waits_for_a_while(wait_group& group) { static_cast<void>(group.wait(soon)); }

/// True: gave up, and holds the queue's lock.
bool gives_up(members& group) {
  group.queue.lock();
  std::int64_t state = group.word.load(memory_order_acquire);
  while (state != 0 && !group.word.compare_exchange_weak(state, state | 1, memory_order_acquire)) continue;
  bool unused = false;
  if (state != 0)
    return group.queue.park_at_back(wait_reason::wait_group, nullptr, soon, unused) != wait_end::completed;
  group.queue.unlock();
  return false;
}
void leaves_the_mark(wait_group& group) {
  auto& inside = reinterpret_cast<members&>(group);
  if (gives_up(inside)) inside.queue.unlock();
}
void takes_the_mark(wait_group& group) {
  auto& inside = reinterpret_cast<members&>(group);
  if (!gives_up(inside)) return;
  inside.word.fetch_and(~std::int64_t{1}, memory_order_acq_rel);
  inside.queue.unlock();
}
void takes_the_mark_unless_zero(wait_group& group) {
  auto& inside = reinterpret_cast<members&>(group);
  if (!gives_up(inside)) return;
  std::int64_t state = inside.word.load(memory_order_acquire);
  while (state > 1 && !inside.word.compare_exchange_weak(state, state & ~1, memory_order_acq_rel)) continue;
  inside.queue.unlock();
}

void waits(wait_group& group) { group.wait(); }
void looks_at_the_count(wait_group& group) {
  if (word_of(group).load(memory_order_acquire) >= 2) group.wait();
}
void looks_at_the_word(wait_group& group) {
  if (word_of(group).load(memory_order_acquire) != 0) group.wait();
}

void count(program& p) {
  group_holder holder;
  std::optional<wait_group>& group = holder.held;
  cell<int> first, second;
  p.name(*group, "group"), p.name(first, "first"), p.name(second, "second");
  group->add(2);
  p.thread("first", [&] { first = 1, group->done(); });
  p.thread("second", [&] { second = 1, group->done(); });
  p.thread("waiter", [&] {
    group->wait();
    weft::model::check(first == 1 && second == 1, "all is done");
    group.reset();
  });
  p.run();
}

void together(program& p) {
  group_holder holder;
  wait_group& group = *holder.held;
  cell<int> work;
  p.name(group, "group"), p.name(work, "work");
  group.add(1);
  p.thread("worker", [&] { work = 1, group.done(); });
  for (const char* const name : {"one", "two"}) {
    p.thread(name, [&] {
      group.wait();
      weft::model::check(work == 1, "all is done");
    });
  }
  p.run();
}

verdict::execution again(waiting wait) {
  return [=](program& p) {
    group_holder holder;
    wait_group& group = *holder.held;
    p.name(group, "group");
    group.add(1);
    p.thread("first waiter", [&] { group.wait(); });
    p.thread("worker", [&] { group.done(); });
    p.thread("second waiter", [&] {
      wait(group);
      group.add(1);
      weft::model::check(word_of(group).load(memory_order_relaxed) >= 2, "the next round is counted anew");
      group.done();
    });
    p.run();
  };
}

verdict::execution destroyed(waiting wait) {
  return [=](program& p) {
    group_holder holder;
    std::optional<wait_group>& group = holder.held;
    atomic<int> queued{0};
    p.name(*group, "group"), p.name(queued, "queued");
    parked = &queued;
    group->add(1);
    p.thread("first waiter", [&] {
      group->wait();
      queued.fetch_add(1, memory_order_release);  // if it had not to wait
    });
    p.thread("worker", [&] { group->done(); });
    p.thread("second waiter", [&] {
      weft::model::wait_until([&] { return queued.load(memory_order_acquire) != 0; });
      wait(*group);
      group.reset();
    });
    p.run();
    parked = nullptr;
  };
}

verdict::execution limit(waiting wait) {
  return [=](program& p) {
    group_holder holder;
    wait_group& group = *holder.held;
    cell<int> work;
    p.name(group, "group"), p.name(work, "work");
    group.add(1);
    p.thread("worker", [&] { work = 1, group.done(); });
    p.thread("waiter", [&] {
      wait(group);
      group.add(1);
      group.done();
      group.wait();
      weft::model::check(work == 1, "all is done");
    });
    p.run();
  };
}

void two_limits(program& p) {
  group_holder holder;
  wait_group& group = *holder.held;
  cell<int> work;
  p.name(group, "group"), p.name(work, "work");
  group.add(1);
  p.thread("worker", [&] { work = 1, group.done(); });
  p.thread("one", [&] {
    if (group.wait(soon)) weft::model::check(work == 1, "all is done");
  });
  p.thread("other", [&] {
    group.wait();
    weft::model::check(work == 1, "all is done");
  });
  p.run();
  weft::model::check(word_of(group).load(memory_order_relaxed) == 0, "the group is as new");
}

verdict::execution given_up(waiting wait) {
  return [=](program& p) {
    group_holder holder;
    std::optional<wait_group>& group = holder.held;
    p.name(*group, "group");
    group->add(1);
    p.thread("waiter", [&] {
      wait(*group);
      group.reset();
    });
    p.run();
  };
}

void misuse(program& p) {
  group_holder holder;
  wait_group& group = *holder.held;
  p.name(group, "group");
  group.add(1);
  p.thread("waiter", [&] { group.wait(); });
  p.thread("worker", [&] { group.done(); });
  p.thread("other", [&] {
    weft::model::wait_until([&] { return word_of(group).load(memory_order_acquire) < 2; });
    group.add(1);
    group.done();
  });
  p.run();
}

}  // namespace

int main(int argc, char** argv) {
  verdict v(argc, argv);
  v.holds("wait returns when all is done, and the group may go", {.spurious = 1}, count);
  v.holds("all who wait are let go", {}, together);
  v.holds("a group may be used again when one wait has returned", {}, again(waits));
  v.holds("a group may go when one wait has returned", {}, destroyed(waits));
  v.holds("who gives up may begin the next round", {}, limit(waits_for_a_while));
  v.holds("who gives up takes nobody along, and leaves nothing", {.preemptions = 1}, two_limits);
  v.holds("a group may go when who waited has given up", {}, given_up(waits_for_a_while));
  v.fails("an add before those who wait have gone is refused", "panic: sync: WaitGroup misuse", {}, misuse);
  v.fails("twin: wait looks at the count only, and the group is used again", "panic: sync: WaitGroup misuse", {},
          again(looks_at_the_count));
  v.fails("twin: wait looks at the count only, and the group goes", "after its destruction|destroyed while", {},
          destroyed(looks_at_the_count));
  v.fails("twin: wait looks at the word and not at the lock", "after its destruction|destroyed while", {},
          destroyed(looks_at_the_word));
  v.fails("twin: who gives up leaves the mark", "destroyed while", {}, given_up(leaves_the_mark));
  v.fails("twin: who gives up takes the mark, whatever the count", "panic: sync: WaitGroup misuse", {},
          limit(takes_the_mark));
  v.fails("twin: who gives up does not wait for the releaser", "panic: sync: WaitGroup misuse", {},
          limit(takes_the_mark_unless_zero));
  v.fails("twin: counting is relaxed", "data race", {.relax_updates = true}, count);
  v.fails("twin: loads are relaxed", "data race", {.relax_loads = true}, count);
  return v.done();
}

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
// Memory model: C++20 without load buffering. Not covered: counts above 2, more than one releaser after another.
// Twins: wait() looks at the count only, or at the word without the lock; counting is relaxed; loads are relaxed.
//
// guarantee: M8.3 M8.7
// sentence: nobody gets past the done() that lets those who wait go
// seconds: 240
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include <optional>

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

void ready(waiter& w) noexcept { w.awake.store(1, memory_order_release); }

void watch_for_exit() noexcept {}

wait_end park_within(waiter&, wait_reason, const void*, commit_function, void*, const wait_limit&) {
  panic("a bounded wait is not part of this model");
}

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

using waiting = void (*)(wait_group&);

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
  v.fails("an add before those who wait have gone is refused", "panic: sync: WaitGroup misuse", {}, misuse);
  v.fails("twin: wait looks at the count only, and the group is used again", "panic: sync: WaitGroup misuse", {},
          again(looks_at_the_count));
  v.fails("twin: wait looks at the count only, and the group goes", "after its destruction|destroyed while", {},
          destroyed(looks_at_the_count));
  v.fails("twin: wait looks at the word and not at the lock", "after its destruction|destroyed while", {},
          destroyed(looks_at_the_word));
  v.fails("twin: counting is relaxed", "data race", {.relax_updates = true}, count);
  v.fails("twin: loads are relaxed", "data race", {.relax_loads = true}, count);
  return v.done();
}

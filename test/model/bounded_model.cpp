// SPDX-License-Identifier: Apache-2.0
//
// The bounded wait (src/park/bounded.cpp and canceller.cpp, the real code) on the waist of waist.hpp. A party links a
// node in a list, parks with a limit, and its frame goes; meanwhile a completer, a deadline and a canceller want it.
//
// Shown: the wait has one end, of which those who compete and the party think the same; the party sees what the
// completer wrote; when park_within has returned nobody touches waiter, timer or hook (they are destroyed at once, and
// a later use is found); nobody is left asleep.
//
// Covered
//   completer and canceller      exhaustive: the canceller comes before the hook, between hook and wake-up, or after it
//   completer and deadline       at most 1 preemption
//   all three                    at most 1 preemption
//   a canceller and two parties  at most 1 preemption; commit on the party's thread
// Otherwise commit runs on a thread of its own, so that the party may go on before commit ends.
// Memory model: C++20 without load buffering. Not covered: a waiter with several nodes (waiter_model.cpp), the heap of
// deadlines (timers_model.cpp).
// Twins: `published` is set before the last steps; the party does not wait for it; updates, stores or loads relaxed.
//
// guarantee: M1.6
// sentence: a bounded wait has one end, and leaves nothing behind
// seconds: 240
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include "model/verdict.hpp"
#include "model/waist.hpp"
#include "park/bounded.cpp"  // the real code, on the atomics of the model
#include "park/canceller.cpp"

namespace {

using namespace weft::detail;
using weft::errc;
using weft::model::cell;
using weft::model::deadline_slot;
using weft::model::deadlines;
using weft::model::program;
using weft::model::switcher;
using weft::model::switching;
using weft::model::verdict;

using parking = wait_end (*)(waiter&, wait_reason, const void*, commit_function, void*, const wait_limit&);

enum class fault { published_too_early, does_not_wait };

/// park_within with a fault; else step for step as bounded.cpp.
template <fault What>
wait_end faulty(waiter& who, wait_reason reason, const void* object, commit_function commit, void* arg,
                const wait_limit& limit) {
  struct state : bounded_wait {
    static void publish_it(void* arg) {
      auto& self = *static_cast<state*>(arg);
      if (What == fault::published_too_early) self.published.store(1, memory_order_release);
      publish(static_cast<bounded_wait*>(&self));
    }
  } wait{{who, commit, arg, limit}};
  wait.deadline.when = limit.until;
  wait.deadline.arg = &who;
  wait.deadline.claim = bounded_wait::claim_for_deadline;
  wait.hook.who = &who;
  park(who, reason, object, state::publish_it, &wait);
  if (What == fault::published_too_early) {
    for (unsigned round = 0; wait.published.load(memory_order_acquire) == 0;) relax(round++);
  }
  if (limit.until != never) disarm(wait.deadline);
  if (limit.by != nullptr) limit.by->remove(wait.hook);
  if (who.winner != nullptr) return wait_end::completed;
  return wait.hook.fired ? wait_end::cancelled : wait_end::timed_out;
}

/// The list at which a party waits.
struct place {
  word_lock lock;
  wait_list list;  // under lock
  cell<int> value;
};

void unlock_it(void* lock) { static_cast<word_lock*>(lock)->unlock(); }

wait_end receive(place& at, parking park_it, const wait_limit& limit) {
  waiter self;
  self.contended = true;
  wait_node node;
  node.who = &self;
  at.lock.lock();
  at.list.push_back(node);
  const wait_end end = park_it(self, wait_reason::other, nullptr, unlock_it, &at.lock, limit);
  if (end == wait_end::completed) {
    weft::model::check(at.value == 7, "the party sees what the completer wrote");
    return end;
  }
  at.lock.lock();
  if (node.linked()) wait_list::remove(node);
  at.lock.unlock();
  return end;
}

/// True: it has completed the party's wait.
bool send(place& at) {
  at.lock.lock();
  wait_node* const node = at.list.pop_front();
  const bool won = node != nullptr && node->who->claim();
  if (won) at.value = 7;
  at.lock.unlock();
  if (!won) return false;
  node->who->winner = node;
  ready(*node->who);
  return true;
}

/// Everybody returns: whoever is not completed is cancelled.
verdict::execution ends(parking park_it, bool with_deadline) {
  return [=](program& p) {
    place at;
    deadline_slot slot;
    deadlines = &slot;
    canceller context;
    bool sent = false;
    wait_end end = wait_end::completed;
    p.name(at.lock, "list.lock"), p.name(at.value, "value"), p.name(slot, "heap.lock"), p.name(context, "context");
    const wait_limit limit{with_deadline ? 1 : never, &context};
    switcher engine;
    switching = &engine;
    p.name(engine, "engine");
    p.thread("party", [&] { end = receive(at, park_it, limit); });
    p.thread("engine", [&] { engine.run(); });
    p.thread("completer", [&] { sent = send(at); });
    p.thread("canceller", [&] { context.cancel(errc::cancelled); });
    if (with_deadline) p.thread("deadline", [&] { slot.fire(); });
    p.run();
    switching = nullptr;
    weft::model::check(sent == (end == wait_end::completed), "completer and party think the same of the end");
    weft::model::check(with_deadline || end != wait_end::timed_out, "without a deadline nothing times out");
    weft::model::check(slot.armed == nullptr && at.list.empty(), "nothing is left behind");
  };
}

verdict::execution times_out(parking park_it) {
  return [=](program& p) {
    place at;
    deadline_slot slot;
    deadlines = &slot;
    atomic<int> done{0};
    bool sent = false;
    wait_end end = wait_end::completed;
    p.name(at.lock, "list.lock"), p.name(at.value, "value"), p.name(slot, "heap.lock"), p.name(done, "done");
    const wait_limit limit{1, nullptr};
    switcher engine;
    switching = &engine;
    p.name(engine, "engine");
    p.thread("party", [&] {
      end = receive(at, park_it, limit);
      done.store(1, memory_order_release);
    });
    p.thread("engine", [&] { engine.run(); });
    p.thread("completer", [&] { sent = send(at); });
    p.thread("deadline", [&] { slot.fire_when_armed(done); });
    p.run();
    switching = nullptr;
    weft::model::check(sent == (end == wait_end::completed), "completer and party think the same of the end");
    weft::model::check(slot.armed == nullptr && at.list.empty(), "nothing is left behind");
  };
}

void two_parties(program& p) {
  place one, two;
  switching = nullptr;
  canceller context;
  bool sent = false;
  wait_end ends[2] = {wait_end::timed_out, wait_end::timed_out};
  p.name(one.lock, "one.lock"), p.name(two.lock, "two.lock"), p.name(context, "context");
  p.thread("first", [&] { ends[0] = receive(one, park_within, {never, &context}); });
  p.thread("second", [&] { ends[1] = receive(two, park_within, {never, &context}); });
  p.thread("completer", [&] { sent = send(one); });
  p.thread("canceller", [&] { context.cancel(errc::cancelled); });
  p.run();
  weft::model::check(sent == (ends[0] == wait_end::completed), "completer and party think the same of the end");
  weft::model::check(ends[1] == wait_end::cancelled, "nobody is forgotten");
}

constexpr const char* any_trouble = "data race|destroy|destruction|may not see it constructed|spins for ever";

}  // namespace

int main(int argc, char** argv) {
  verdict v(argc, argv);
  v.holds("a completer and a deadline: the wait has one end", {.preemptions = 1}, times_out(park_within));
  v.holds("a completer and a canceller: the wait has one end", {}, ends(park_within, false));
  v.holds("all three: the wait has one end", {.preemptions = 1}, ends(park_within, true));
  v.holds("one canceller calls off two waits", {.preemptions = 1}, two_parties);
  v.fails("twin: published before the last steps", any_trouble, {}, ends(faulty<fault::published_too_early>, false));
  v.fails("twin: the party does not wait for it", any_trouble, {}, ends(faulty<fault::does_not_wait>, false));
  v.fails("twin: stores are relaxed", any_trouble, {.relax_stores = true}, ends(park_within, false));
  v.fails("twin: loads are relaxed", any_trouble, {.relax_loads = true}, ends(park_within, false));
  v.fails("twin: updates are relaxed", any_trouble, {.relax_updates = true}, ends(park_within, false));
  return v.done();
}

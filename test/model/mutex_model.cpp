// SPDX-License-Identifier: Apache-2.0
//
// The mutex when somebody gives up (src/sync/mutex.cpp with wait_queue.cpp and bounded.cpp, the real code) on the waist
// of waist.hpp; commit runs on the party's thread.
//
// Shown: it excludes, also those who take it after others have given up; nobody is left waiting, so no wake-up is lost
// to one who has given up, whether it was the last in the queue, the one woken, or the one to whom the lock was to be
// handed; at the end the word is as new.
//
// Covered
//   last      an owner that unlocks, one bounded waiter, its deadline               exhaustive
//   behind    likewise, and a waiter without a limit                                at most 1 preemption
//   twice     an owner that locks again, so that the bounded one is woken in vain   at most 2 preemptions
// Memory model: C++20 without load buffering. Not covered: patience (time stands still), cancellers
// (bounded_model.cpp). Twins: updates relaxed; loads relaxed.
//
// guarantee: M1.1 M1.6
// sentence: a mutex is whole after one who waited for it has given up
// seconds: 240
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include "model/verdict.hpp"
#include "model/waist.hpp"
#include "park/bounded.cpp"  // the real code, on the atomics of the model
#include "park/canceller.cpp"
#include "sync/mutex.cpp"
#include "sync/wait_queue.cpp"

namespace weft::detail {

void wait_queue::forbid_waiters(const char*) noexcept {}  // an execution that is given up leaves some

}  // namespace weft::detail

namespace weft {

struct mutex_in_model {
  static detail::atomic<std::uint32_t>& word(mutex& m) { return m.state_; }
};

}  // namespace weft

namespace {

using namespace weft::detail;
using weft::model::cell;
using weft::model::deadline_slot;
using weft::model::deadlines;
using weft::model::program;
using weft::model::verdict;

constexpr weft::clock::time_point soon{weft::clock::duration(1)};

struct scene {
  deadline_slot slot;
  weft::mutex m;
  cell<int> count;
  atomic<int> over{0};

  explicit scene(program& p) {
    deadlines = &slot;
    p.name(m, "mutex"), p.name(count, "count"), p.name(slot, "heap"), p.name(over, "over");
  }

  void use() {
    count = count + 1;
    m.unlock();
  }
  void lock_and_use() {
    m.lock();
    use();
  }
  [[nodiscard]] atomic<std::uint32_t>& word() { return weft::mutex_in_model::word(m); }

  /// `leaves`: bits that a broken twin leaves in the word when it gives up.
  void lock_in_time_and_use(std::uint32_t leaves) {
    if (m.try_lock_until(soon))
      use();
    else if (leaves != 0)
      word().fetch_or(leaves, memory_order_relaxed);
    over.store(1, memory_order_release);
  }
  void check_free() {
    weft::model::check(m.try_lock(), "the mutex is free");
    weft::model::check(word().load(memory_order_relaxed) == 1, "its word is clean");
  }
};

verdict::execution giving_up(int owner_times, bool other, std::uint32_t leaves = 0) {
  return [=](program& p) {
    scene all(p);
    p.thread("owner", [&] {
      for (int i = 0; i < owner_times; ++i) all.lock_and_use();
    });
    p.thread("bounded", [&] { all.lock_in_time_and_use(leaves); });
    p.thread("deadline", [&] { all.slot.fire_when_armed(all.over); });
    if (other) p.thread("other", [&] { all.lock_and_use(); });
    p.run();
    all.check_free();
  };
}

}  // namespace

int main(int argc, char** argv) {
  verdict v(argc, argv);
  v.holds("the last in the queue gives up", {}, giving_up(1, false));
  v.holds("one gives up, another waits", {.preemptions = 1}, giving_up(1, true));
  v.holds("one gives up that may have been woken in vain", {.preemptions = 2}, giving_up(2, false));
  v.fails("twin: who gives up leaves `waiting`", "its word is clean", {.preemptions = 1}, giving_up(1, false, 2));
  v.fails("twin: who gives up leaves `waking`", "deadlock|its word is clean", {.preemptions = 1},
          giving_up(1, true, 4));
  v.fails("twin: updates are relaxed", "data race|may not see it constructed", {.relax_updates = true},
          giving_up(1, true));
  v.fails("twin: loads are relaxed", "data race|destroy|may not see it constructed", {.relax_loads = true},
          giving_up(1, false));
  return v.done();
}

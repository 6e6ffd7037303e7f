// SPDX-License-Identifier: Apache-2.0
//
// Does work ever wait while a worker sleeps? The real idle_word (src/sched/idle.hpp) and word_lock in the steps of
// src/sched: publish (inject, wake.cpp), wake_worker and give_token (rest.cpp), a worker that looks, rests, looks again
// and gets up (worker_loop, rest_now, get_up), and one that found something and hands the search on (find_work.cpp).
// The queue stands for the global queue and for every ring: a size that is stored and read relaxed, items under a
// lock (the biased lock itself: token_lock_model.cpp).
//
// Shown: when nobody can go on, no item is in the queue while a token and a worker are idle; items run once each; a
// worker's search is counted while it searches and not afterwards.
//
// Covered: publishers that give one or two items and then compute for ever; workers, one token each, that begin
// searching, asleep, or busy, and that run all they find or compute for ever with the first. The sentences say how many
// of each, and main() the bounds: one item and one worker are exhaustive, two items have at most 3 preemptions, three
// threads 2 or 1. Heavy fences reach the others one after the other. Memory model: C++20 without load buffering.
// Not covered: timers and descriptors as work (keeper_model.cpp has the deadlines), more than two idle workers,
// GOMAXPROCS changes, the slot and the queues of tokens that are closed (which wake nobody on purpose: wake.cpp,
// locality.hpp).
// Twins: no heavy fence; announce after the last look; no last look; a search that ends after the second look; no
// second look; a publisher that looks before it publishes; an announcement that leaves the search counted until later.
//
// sentence: no work waits while a worker sleeps
// seconds: 300
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include "model/verdict.hpp"
#include "os/futex.hpp"
#include "os/membarrier.hpp"
#include "sched/idle.hpp"
#include "weft/detail/word_lock.hpp"

namespace {

using namespace weft::detail;
using weft::model::cell;
using weft::model::program;
using weft::model::verdict;

enum class flaw {
  none,
  announces_after_the_look,
  does_not_look_again,
  ends_the_search_late,
  no_second_look,
  publisher_looks_first,
  stays_counted_as_searching
};

/// As global_queue.
class queue {
 public:
  [[nodiscard]] bool visible() const { return size_.load(memory_order_relaxed) != 0; }

  void push() {
    lock_.lock();
    size_.store(size_.load(memory_order_relaxed) + 1, memory_order_relaxed);
    items_ = items_ + 1;
    lock_.unlock();
  }

  bool pop() {
    if (!visible()) return false;
    lock_.lock();
    const bool any = items_ != 0;
    if (any) {
      items_ = items_ - 1;
      size_.store(size_.load(memory_order_relaxed) - 1, memory_order_relaxed);
    }
    lock_.unlock();
    return any;
  }

  [[nodiscard]] int left() const { return items_; }

 private:
  word_lock lock_;
  atomic<int> size_{0};
  cell<int> items_;
};

enum class begins { searching, asleep, busy };

struct pool {
  flaw with = flaw::none;
  bool computes_for_ever = false;  // a worker ends with its first item
  idle_word idle;
  queue work;
  word_lock rest_lock;
  cell<int> idle_tokens;        // under rest_lock
  cell<unsigned> idle_workers;  // under rest_lock; a bit each
  atomic<std::uint32_t> wake[2] = {0, 0};
  int ran = 0;

  void publish();
  void wake_worker();
  bool get_up(unsigned me);
  bool found(bool& searching);
  void rest(unsigned me, bool& searching);
  void worker(unsigned me, begins how);
  void name(program& p) const;
};

void pool::publish() {
  const bool early = with == flaw::publisher_looks_first && idle.worker_wanted();
  work.push();
  if (with == flaw::publisher_looks_first ? early : idle.worker_wanted()) wake_worker();
}

void pool::wake_worker() {
  rest_lock.lock();
  const bool token = idle.searching() == 0 && idle_tokens != 0;
  if (token) {
    idle_tokens = idle_tokens - 1;
    idle.leave_idle(true);
  }
  rest_lock.unlock();
  if (!token) return;
  rest_lock.lock();
  const unsigned at = (idle_workers & 1u) != 0 ? 0 : 1;
  weft::model::check(idle_workers != 0, "an idle token has an idle worker");
  idle_workers = idle_workers & ~(1u << at);
  rest_lock.unlock();
  wake[at].store(1, memory_order_seq_cst);
  futex_wake(wake[at], 1);
}

bool pool::get_up(unsigned me) {
  rest_lock.lock();
  const bool up = (idle_workers >> me & 1u) != 0 && idle_tokens != 0;
  if (up) {
    idle_tokens = idle_tokens - 1;
    idle_workers = idle_workers & ~(1u << me);
    idle.leave_idle(true);
  }
  rest_lock.unlock();
  return up;
}

/// A searcher has found something: it ends its search and looks whether there is more, for somebody else.
bool pool::found(bool& searching) {
  if (!searching) return false;
  searching = false;
  if (with == flaw::ends_the_search_late) {
    const bool more = work.visible();
    return idle.end_search() && more;
  }
  return idle.end_search() && with != flaw::no_second_look && work.visible();
}

void pool::rest(unsigned me, bool& searching) {
  const bool looked_early = with == flaw::announces_after_the_look && (heavy_fence(), work.visible());
  if (looked_early) return;
  const bool counted = searching && with != flaw::stays_counted_as_searching;
  rest_lock.lock();
  idle_tokens = idle_tokens + 1;
  idle_workers = idle_workers | 1u << me;
  idle.announce_idle(counted);
  wake[me].store(0, memory_order_relaxed);
  rest_lock.unlock();
  heavy_fence();
  const bool look = with != flaw::announces_after_the_look && with != flaw::does_not_look_again;
  const bool up = look && work.visible() && get_up(me);
  if (searching && !counted) idle.stop_searching();
  searching = true;
  if (up) return;
  while (wake[me].load(memory_order_acquire) != 1) futex_wait(wake[me], 0, -1);
}

void pool::worker(unsigned me, begins how) {
  bool searching = how == begins::searching;
  if (how == begins::asleep) {
    while (wake[me].load(memory_order_acquire) != 1) futex_wait(wake[me], 0, -1);
    searching = true;
  }
  for (;;) {
    if (!work.pop()) {
      rest(me, searching);
      continue;
    }
    if (found(searching)) wake_worker();
    ++ran;
    if (computes_for_ever) return;
  }
}

void pool::name(program& p) const {
  p.name(idle, "idle"), p.name(work, "work"), p.name(rest_lock, "rest_lock");
  p.name(wake[0], "wake[0]"), p.name(wake[1], "wake[1]");
}

struct cast {
  int publishers = 1;
  int items = 1;  // of each publisher
  int workers = 1;
  begins how = begins::searching;
  bool other_sleeps = false;  // whatever the first does
  bool computes_for_ever = false;

  [[nodiscard]] begins of(int worker) const { return other_sleeps && worker == 1 ? begins::asleep : how; }
};

verdict::execution pooling(cast who, flaw with = flaw::none) {
  return [=](program& p) {
    pool all;
    all.with = with;
    all.computes_for_ever = who.computes_for_ever;
    all.name(p);
    for (int i = 0; i < who.workers; ++i) {
      if (who.of(i) == begins::searching) all.idle.begin_search();
      if (who.of(i) != begins::asleep) continue;
      all.idle.add_idle(1);
      all.idle_tokens = all.idle_tokens + 1;
      all.idle_workers = all.idle_workers | 1u << i;
    }
    static const char* const publishers[] = {"publisher", "second"};
    static const char* const workers[] = {"worker", "other"};
    for (int i = 0; i < who.publishers; ++i) {
      p.thread(publishers[i], [&] {
        for (int k = 0; k < who.items; ++k) all.publish();
      });
    }
    for (int i = 0; i < who.workers; ++i) {
      p.sleeper(workers[i], [&, i] { all.worker(static_cast<unsigned>(i), who.of(i)); });
    }
    p.run();
    const int items = who.publishers * who.items;
    weft::model::check(all.work.left() == 0 || all.idle_tokens == 0, "no work waits while a worker sleeps");
    weft::model::check(all.ran + all.work.left() == items, "work runs once");
    weft::model::check(all.idle.searching() == 0, "nobody who sleeps or computes is counted as searching");
    weft::model::check(all.idle.idle() == static_cast<std::uint32_t>(all.idle_tokens.read()),
                       "the word counts the idle");
  };
}

void check_twins(verdict& v) {
  const char* const waits = "no work waits while a worker sleeps";
  const cast two{.items = 2, .workers = 2, .other_sleeps = true, .computes_for_ever = true};
  v.fails("twin: no heavy fence", waits, {.no_heavy_fence = true}, pooling({}));
  v.fails("twin: the announcement comes after the last look", waits, {}, pooling({}, flaw::announces_after_the_look));
  v.fails("twin: no last look", waits, {}, pooling({}, flaw::does_not_look_again));
  v.fails("twin: the publisher looks, then publishes", waits, {}, pooling({}, flaw::publisher_looks_first));
  v.fails("twin: who rests is counted as searching a while longer", waits, {},
          pooling({}, flaw::stays_counted_as_searching));
  v.fails("twin: no second look when something was found", waits, {.preemptions = 2},
          pooling(two, flaw::no_second_look));
  v.fails("twin: the search ends after the second look", waits, {.preemptions = 2},
          pooling(two, flaw::ends_the_search_late));
}

}  // namespace

int main(int argc, char** argv) {
  verdict v(argc, argv);
  v.holds("one item, one worker that searches", {}, pooling({}));
  v.holds("one item, one worker that sleeps", {}, pooling({.how = begins::asleep}));
  v.holds("one item, one worker that was busy", {.preemptions = 3}, pooling({.how = begins::busy}));
  v.holds("two items, one worker that searches", {.preemptions = 3}, pooling({.items = 2}));
  v.holds("where there is no membarrier", {.preemptions = 3, .symmetric_fences = true}, pooling({}));
  v.holds("two publishers, one worker", {.preemptions = 1}, pooling({.publishers = 2}));
  v.holds("one item, two workers that search", {.preemptions = 2}, pooling({.workers = 2}));
  v.holds("two items, two workers that sleep, then compute for ever", {.preemptions = 2},
          pooling({.items = 2, .workers = 2, .how = begins::asleep, .computes_for_ever = true}));
  v.holds("two items, two workers that search, then compute for ever", {.preemptions = 1},
          pooling({.items = 2, .workers = 2, .computes_for_ever = true}));
  v.holds("two items, one worker that searches and one that sleeps, then both compute for ever", {.preemptions = 2},
          pooling({.items = 2, .workers = 2, .other_sleeps = true, .computes_for_ever = true}));
  check_twins(v);
  return v.done();
}

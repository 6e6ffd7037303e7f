// SPDX-License-Identifier: Apache-2.0
//
// A machine of many cores on which weft's rules for waking and stealing are played: a discrete-event simulation.
//
// How it works. Every core is a small state machine; what it does next takes some nanoseconds, after which an event
// brings it back. Events happen in the order of their times, and nothing in between. The rules are those of
// src/sched (wake.cpp, find_work.cpp, rest.cpp, idle.hpp): a ring of 256 per core, of which half goes to the global
// queue when it overflows; whoever has more than it runs wakes one core if some sleep and none searches; a searcher
// goes over all others sixteen times from a random one on, takes half a ring, and wakes the next when it has found
// something and there is more.
//
// What things cost is measured on two cores (../../docs/performance.md, and the raw_ rows of the table). Assumed, for
// want of a larger machine:
//   1. a look at another core's queue costs a cache miss if that changed since, whatever the distance (no sockets);
//   2. waking costs the waker and the woken the same on any machine;
//   3. the heavy fence interrupts every busy core for as long as it does here, and costs its caller more with each;
//   4. the global queue and each victim are one line each: who comes while another is at it waits for its turn;
//   5. tasks do not share data, and memory is as fast for 256 cores as for one.
// The first and the last flatter every rule alike: ratios between rules are what can be read off, not times.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <queue>
#include <vector>

namespace simulation {

using nanoseconds = std::int64_t;

/// How workers are woken and how much a thief takes: what is to be chosen.
struct rules {
  const char* name;
  unsigned publish_while = 1;   // who has made work wakes a core if fewer than so many search
  unsigned hand_on_while = 1;   // who has found some likewise
  unsigned wakes_on = 1;        // and so many at once
  bool one_by_one = false;      // a thief takes one task instead of half of them
  bool any_may_search = false;  // else at most half of the busy ones
};

struct costs {
  nanoseconds next = 7;          // from one task to the next
  nanoseconds start = 22;        // go(), with its record warm
  nanoseconds look = 25;         // at another's queue
  nanoseconds steal = 400;       // into another's token lock and out, with its grant
  nanoseconds global = 120;      // the global queue's lock, with what is taken
  nanoseconds pause = 520;       // between two rounds of a search
  nanoseconds waker = 10'700;    // FUTEX_WAKE of a sleeper on an idle core
  nanoseconds wake = 50'000;     // until it looks around
  nanoseconds fence = 4'000;     // the heavy fence, alone
  nanoseconds fence_each = 100;  // for each busy core besides
};

/// One piece of work: it computes for `length`; before that it starts `children` others.
struct task {
  nanoseconds length = 0;
  std::int64_t children = 0;
  std::uint32_t depth = 0;  // of a tree below it: two children each
  nanoseconds due = 0;      // when it could have begun
};

class machine {
 public:
  machine(unsigned cores, const rules& how, const costs& what, std::uint64_t seed)
      : how_(how), cost_(what), cores_(cores), random_(seed * 2 + 1) {
    for (unsigned i = cores; i > 0; --i) sleeping_.push_back(i - 1);
  }

  /// `leaf` is what children of a task compute for.
  void set_leaf(nanoseconds length) { leaf_ = length; }

  /// A task that comes from outside at a moment, through the global queue.
  void arrive(task t) { arrivals_.push_back(t); }

  void begin(const task& first) {
    sleeping_.pop_back();  // core 0
    cores_[0].ring.push_back(first);
    at(0, 0);
  }

  /// Until nothing is left to do. Returns the moment at which the last task ended.
  nanoseconds run();

  [[nodiscard]] const std::vector<nanoseconds>& delays() const { return delays_; }
  [[nodiscard]] std::int64_t done() const { return done_; }

 private:
  struct core {
    std::deque<task> ring;
    task current;
    bool busy = false;  // with `current`
    bool asleep = true;
    bool searching = false;
    unsigned round = 0;
    nanoseconds free_at = 0;  // when its queue's line is free for the next thief
  };
  struct event {
    nanoseconds time;
    std::uint64_t order;
    unsigned core;  // none: an arrival
    bool operator<(const event& other) const { return time != other.time ? time > other.time : order > other.order; }
  };
  static constexpr unsigned none = ~0u;
  static constexpr std::size_t ring_size = 256;
  static constexpr unsigned rounds = 16;
  static constexpr std::int64_t starts_at_once = 8;  // as many go() as one event covers

  void at(nanoseconds time, unsigned core) { events_.push({time, order_++, core}); }
  std::uint32_t below(std::uint32_t n);
  [[nodiscard]] bool work_visible() const;
  nanoseconds wake_if_wanted(unsigned how_many, unsigned while_fewer);
  nanoseconds push(core& c, const task& t);
  nanoseconds take_global(core& c);
  nanoseconds step(unsigned i);
  nanoseconds run_task(core& c);
  nanoseconds find(unsigned i);
  nanoseconds search_round(unsigned i);
  nanoseconds found(core& c);
  void take_first(core& c);
  void lie_down(unsigned i);

  rules how_;
  costs cost_;
  std::vector<core> cores_;
  std::vector<unsigned> sleeping_;
  std::deque<task> global_;
  std::deque<task> arrivals_;
  std::priority_queue<event> events_;
  std::vector<nanoseconds> delays_;
  std::uint64_t order_ = 0, random_;
  unsigned searching_ = 0;
  nanoseconds now_ = 0, global_free_at_ = 0, ended_ = 0, leaf_ = 0;
  std::int64_t done_ = 0;
};

}  // namespace simulation

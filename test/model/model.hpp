// SPDX-License-Identifier: Apache-2.0
//
// A model checker for small concurrent programs, behind weft's atomics door. It runs a program again and again, each
// time with another order of steps and other stores for the loads to read, until it has seen every execution that the
// memory model (memory.hpp) allows, or a failure, which it prints as a numbered trace and a string that replays it.
//
//     const result r = explore({}, [](program& p) {
//       atomic<int> data{0}, flag{0};
//       p.thread("writer", [&] { data.store(1, relaxed); flag.store(1, release); });
//       p.thread("reader", [&] { if (flag.load(acquire) == 1) check(data.load(relaxed) == 1, "the data is there"); });
//       p.run();
//     });
//
// The function given to explore() is one execution: it makes the shared state on its own stack, names the threads,
// runs them, and looks at what they left. It must be deterministic. What precedes run() happens before every thread,
// what follows it happens after.
//
// Steps. A step is one operation on an atomic, or one call of those below; a thread runs from step to step without
// interruption. Everything in between is its own business: accesses to a `cell` are not steps, because the checker
// finds a data race in whatever order the two come.
//
// What counts as a failure
//   check(false); panic() and its like in real code; a data race on a cell; an atomic used or destroyed while that is
//   not ordered after its construction or its last use; deadlock (nobody can take a step, and a thread that is not
//   marked `may_stay_asleep` has not ended); an execution of more than `longest` steps (a livelock, or a loop without
//   spin_pause).
//
// Waiting. A loop that waits must call spin_pause() in each round. The thread then goes on when a location that it has
// read since the last pause holds a newer store of another value, and it must read that or something newer; so a spin
// costs one round, not infinitely many. If everybody waits, those who spin may go on for `idle_rounds` rounds without
// news, so that a loop that gives up after some rounds does so. While others can run it goes on without news only as
// often as `spurious` allows.
//
// Threads must not own memory (a vector, a string) across a step: an execution that is given up is not unwound.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "model/view.hpp"

namespace weft::model {

struct options {
  int preemptions = -1;                 // at most so many switches away from a thread that could go on; -1: no bound.
                                        // Without a bound the search leaves out executions that differ only in the
                                        // order of independent steps (sleep sets); with one it cannot
  bool any_modification_order = false;  // see memory.hpp
  unsigned stale_reads = 4;             // see memory.hpp
  unsigned spurious = 0;   // weak exchanges that fail and futex waits that end for no reason, per execution
  unsigned longest = 400;  // steps
  unsigned idle_rounds = 16;
  std::uint64_t executions = 0;   // give up after so many, and say that the search was not exhaustive; 0: never
  bool symmetric_fences = false;  // a kernel without membarrier: both fences are full, for the caller only

  // Broken twins of real code: what the program says is not what it gets.
  bool no_heavy_fence = false;
  bool relax_loads = false;    // every load is relaxed
  bool relax_stores = false;   // every store is relaxed
  bool relax_updates = false;  // every exchange, compare-exchange and fetch is relaxed
};

struct result {
  std::uint64_t executions = 0;  // that ran to their end
  std::uint64_t redundant = 0;   // given up: the rest is a reordering of one that was seen
  std::uint64_t steps = 0;
  double seconds = 0;
  bool exhaustive = false;  // within the bounds of the options
  std::string failure;      // empty: none
  std::string choices;      // replays the failure
  std::string trace;
  std::set<std::string> outcomes;
};

class program {
 public:
  /// A thread of at most five; it starts in run(). `name` must be a literal.
  void thread(const char* name, std::function<void()> body);

  /// A thread that may be asleep in futex_wait when the others have ended.
  void sleeper(const char* name, std::function<void()> body);

  /// Names a variable in traces, or an object: its atomics are then called name+offset.
  template <class T>
  void name(const T& object, const char* text) {
    name_range(&object, sizeof object, text);
  }

  /// Runs the threads to their end. May return early, when the execution has failed or was given up; what follows it
  /// then has no effect on the verdict.
  void run();

  /// Adds this execution's outcome, such as "1 0", to the result.
  template <class... T>
  void outcome(const T&... values) {
    std::string all;
    ((all += std::to_string(values), all += ' '), ...);
    all.pop_back();
    outcome_text(all);
  }
  void outcome_text(const std::string& text);

 private:
  static void name_range(const void* begin, std::size_t size, const char* text);
};

[[nodiscard]] result explore(const options& how, const std::function<void(program&)>& execution);

/// Runs one execution again and returns its trace and verdict.
[[nodiscard]] result replay(const options& how, const std::string& choices,
                            const std::function<void(program&)>& execution);

/// A property of the program; the sentence says what ought to hold.
void check(bool holds, const char* sentence);

// ---- what replaces the operating system ----------------------------------------------------------------------------

/// The asymmetric pair. A light fence is nothing (the threads of the model are not reordered by a compiler). A heavy
/// one is membarrier(PRIVATE_EXPEDITED): each thread passes a seq_cst fence at some moment of the call, one after the
/// other in any order, and other threads may take steps in between.
void light_fence();
void heavy_fence();

/// Sleeps until it is woken, if the word holds `expected` after a seq_cst fence. False: it did not, or (if `timed`)
/// time ran out, which may happen at any moment.
bool futex_wait(location_id word, std::uint32_t expected, bool timed = false);

/// Wakes up to `most` of those who sleep on the word, any of them, after a seq_cst fence; returns how many.
unsigned futex_wake(location_id word, unsigned most);

/// Spins until the condition, which reads atomics, holds.
template <class F>
void wait_until(F&& condition);

// ---- what replaces the processor: called by detail::atomic and cell ------------------------------------------------

using modify = word (*)(word old, word operand);

location_id create_location(std::uintptr_t address, word initial);
void destroy_location(location_id id);
word load(location_id id, std::memory_order order);
void store(location_id id, word value, std::memory_order order);
word update(location_id id, modify change, word operand, std::memory_order order);
bool compare_exchange(location_id id, word& expected, word desired, std::memory_order success,
                      std::memory_order failure, bool weak);
void pause();

template <class F>
void wait_until(F&& condition) {
  while (!condition()) pause();
}

/// Who has used a cell, as vector clocks.
struct access_record {
  std::uint32_t written = 0;  // the writer's clock; 0: before all threads
  std::uint32_t writer = 0;
  std::array<std::uint32_t, max_threads> read{};
};
void note_read(access_record& record, std::uintptr_t address);
void note_write(access_record& record, std::uintptr_t address);

/// A plain variable. Two accesses of which one is a write, and neither happens before the other, are a failure.
template <class T>
class cell {
 public:
  cell() : cell(T{}) {}
  cell(T value) : value_(value) { note_write(record_, reinterpret_cast<std::uintptr_t>(this)); }
  cell(const cell&) = delete;

  T read() const {
    note_read(record_, reinterpret_cast<std::uintptr_t>(this));
    return value_;
  }
  void write(T value) {
    note_write(record_, reinterpret_cast<std::uintptr_t>(this));
    value_ = value;
  }
  operator T() const { return read(); }
  cell& operator=(T value) {
    write(value);
    return *this;
  }
  cell& operator=(const cell& other) { return *this = other.read(); }

 private:
  T value_;
  mutable access_record record_;
};

}  // namespace weft::model

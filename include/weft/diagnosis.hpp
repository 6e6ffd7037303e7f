// SPDX-License-Identifier: Apache-2.0
//
// What weft does about the deadlocks that it finds while the rest of the program goes on (D7).
//
//     weft::on_deadlock(weft::deadlock_policy::abort);                       // whatever it is
//     weft::on_deadlock([](const weft::deadlock_report& report) {            // or let the program decide
//       alert(report.sentence());
//       report.print(2);
//     });
//
// Goroutines and threads that wait for each other in a circle, without a limit, through locks, tasks, groups,
// wait_groups and once, are found when the last of them begins to wait. If nobody else could dissolve it, which is so
// for tasks, groups and once, the report is fatal like any panic: standard error, exit status 2. Where somebody else
// could still unlock a lock, or call done() (M1, M8), the report says so and the program goes on.
//
// The environment variable WEFT_DIAG chooses for a program that does not: words with commas between them, of which
// `deadlock=abort`, `deadlock=log`, `deadlock=off` are the policies below, and `deadlockform=json` and
// `deadlockform=dot` have it printed so, after its sentence. What is called here wins. With `sites` the report says
// where each object was made, with `locks` which locks each party holds; both cost some hundred nanoseconds, for each
// object that is made and each lock that is taken.
//
// A lock that another than locked it unlocks while somebody waits is a signal rather than a lock, and makes no circle
// from then on; calling on_deadlock() forgets which those are.
//
// May be called from any thread, at any time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft {

namespace detail {
struct wait_cycle;
}

enum class deadlock_policy : std::uint8_t {
  by_proof,  // abort if nobody else could dissolve it, else log
  abort,     // print it to standard error and end the process with status 2
  log,       // print it and go on: those in it wait, for ever or until somebody helps
  ignore
};

/// What was found; it lives as long as the call that it is given to.
class deadlock_report {
 public:
  /// "goroutine 7 waits for mutex 0x7f.. held by goroutine 9, which waits for mutex 0x7f.. held by goroutine 7".
  [[nodiscard]] std::string_view sentence() const noexcept { return sentence_; }

  /// How many wait for each other.
  [[nodiscard]] std::size_t parties() const noexcept;

  /// Whether nobody else could dissolve it.
  [[nodiscard]] bool certain() const noexcept;

  /// Prints those in it to the descriptor, each with its label, what it waits for, its stack, where it was started, and
  /// what it holds.
  void print(int fd) const noexcept;

  /// The same without stacks, as a JSON object on one line: {"certain", "parties", "circle": [{"party", "state",
  /// "kind", "object", "relation", "owner", "made", "holds", "waited_ms", "label", "file", "line"}, ...]}; the last
  /// four not of foreign threads. "made" is where the object was made, if WEFT_DIAG=sites asks for that, "holds" the
  /// locks that it holds, if WEFT_DIAG=locks does.
  void print_json(int fd) const noexcept;

  /// For Graphviz: `dot -Tsvg`.
  void print_graph(int fd) const noexcept;

 private:
  friend struct deadlock_teller;
  deadlock_report(const detail::wait_cycle& cycle, std::string_view sentence) noexcept
      : cycle_(cycle), sentence_(sentence) {}

  const detail::wait_cycle& cycle_;
  std::string_view sentence_;
};

/// Sets what is done about deadlocks, and returns what was done before. Takes back a callback.
deadlock_policy on_deadlock(deadlock_policy policy) noexcept;

/// Has a function called instead, by the goroutine or thread that closes the circle, before it waits. It may do
/// anything, also wait; afterwards the program goes on. Null takes it back.
void on_deadlock(void (*callback)(const deadlock_report& report)) noexcept;

}  // namespace weft

// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that are busy and keep each other from getting on (LL1): two who each hold a lock and try the other's, or
// step aside for each other at the same pace; a sender and a receiver who both look without waiting.
//
//     weft::on_livelock(weft::deadlock_policy::abort);                     // end the program instead of going on
//     weft::on_livelock([](const weft::livelock_report& report) {          // or let the program decide
//       alert(report.sentence());
//     });
//
// Looked for if the environment asks: WEFT_DIAG=livelock, or livelock=abort to end the program; `livelockafter=MS` is
// the window, a second if it says nothing, and `livelocktries=N` how often each must have failed, 64 times if it says
// nothing, and at least twice. With `livelockafter=0` the tries alone count, however long or short they take; so a
// program is told of that ends after five: `livelocktries=5,livelockafter=0`. `livelockform=json` and
// `livelockform=dot` have it printed so, after its sentence. Else nothing is looked for, whatever is called here. While
// it is on, each lock that is taken, and each try that fails, costs some hundred nanoseconds, and what WEFT_DIAG=locks
// tells is known, too.
//
// A report is a fact about attempts: for the whole window each of those in it has tried again and again to get
// something, has never got it, and nobody has had it meanwhile but others of them. What else they did is not asked:
// whoever gets on in another way, and tries besides for what it never gets, may be told of, too. What is made of atomic
// variables alone is not seen: who wants a report uses locks, or channels. Without memory nothing is told of any more.
//
// May be called from any thread, at any time.
#pragma once

#include <cstddef>
#include <string_view>

#include "weft/diagnosis.hpp"

namespace weft {

namespace detail {
struct livelock;
}

/// What was found; it lives as long as the call that it is given to.
class livelock_report {
 public:
  /// "2 goroutines have kept each other from what they want for 1.0 s: goroutine 7 tried 512 times to lock mutex 0x7f..
  /// which goroutine 9 held, ..., and none got it".
  [[nodiscard]] std::string_view sentence() const noexcept { return sentence_; }

  /// How many they are.
  [[nodiscard]] std::size_t parties() const noexcept;

  /// Prints those in it to the descriptor, each with its label, what it does, its stack, where it was started, what it
  /// wants, and what it holds.
  void print(int fd) const noexcept;

  /// The same without stacks, as a JSON object on one line: {"kind": "circle" or "miss", "parties", "lasted_ms",
  /// "livelock": [{"party", "kind", "object", "made", "does": "tries" or "waits", "wants", "tries", "lasted_ms",
  /// "held_by", "holds", "label", "file", "line"}, ...]}; the last three not of foreign threads, "made" with
  /// WEFT_DIAG=sites.
  void print_json(int fd) const noexcept;

  /// For Graphviz: `dot -Tsvg`.
  void print_graph(int fd) const noexcept;

 private:
  friend struct livelock_teller;
  livelock_report(const detail::livelock& found, std::string_view sentence) noexcept
      : found_(found), sentence_(sentence) {}

  const detail::livelock& found_;
  std::string_view sentence_;
};

/// Sets what is done about livelocks, and returns what was done before; `by_proof` is the same as `log`. Takes back a
/// callback.
deadlock_policy on_livelock(deadlock_policy policy) noexcept;

/// Has a function called instead, by the goroutine or thread in it whose attempt has just failed. It must not throw nor
/// end the goroutine, and should not wait: others wait up to ten seconds with their reports until it has returned.
/// Attempts that it makes itself make no report. Afterwards the program goes on. Null takes it back.
void on_livelock(void (*callback)(const livelock_report& report)) noexcept;

}  // namespace weft

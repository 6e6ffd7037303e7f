// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that are busy and get nowhere: two who step aside for each other for ever, a lock that is tried again and
// again because the other does the same, a select that spins.
//
//     weft::watch_livelocks(std::chrono::seconds(1));            // or WEFT_DIAG=livelock, or livelock=MS
//     weft::on_livelock([](const weft::livelock_report& report) {
//       alert(report.sentence());
//     });
//
// What is looked for. For a window of time nobody has been in a state in which it had not been before: in the second
// half of the window, whenever somebody yielded or had waited, all that it sees (its stack and registers, the memory to
// which they lead, global variables) was as it had been at some time in the first half. And nobody else can act: all
// other goroutines wait without a limit, the process has no thread that weft does not know, and has read and written
// nothing. Such a program repeats itself, and will go on to do so (LL1). Whoever computes, counts, waits for a moment,
// a descriptor or a signal, or starts goroutines does not.
//
// A report is a suspicion, because of three things that weft cannot see: memory more than three pointers away from a
// stack, variables of shared libraries, and I/O that the kernel does not count as read or write. Nothing is aborted.
//
// Costs nothing while it is off. While it is on, every wait and yield takes some hundred nanoseconds, and now and then
// some microseconds: it is meant for tests, and for programs that hang while they use the processor.
//
// Meanwhile metrics do not time waits, as when waits are profiled. May be called from any thread, at any time.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace weft {

/// What was found; it lives as long as the call that it is given to.
class livelock_report {
 public:
  /// "goroutine 7 and goroutine 9 go round in circles: ...".
  [[nodiscard]] std::string_view sentence() const noexcept { return sentence_; }

  /// How many go round.
  [[nodiscard]] std::size_t parties() const noexcept { return parties_; }

  /// Prints those, each with its label, its state, its stack, and where it was started.
  void print(int fd) const noexcept;

 private:
  friend struct livelock_teller;
  livelock_report(std::string_view sentence, std::size_t parties) noexcept : sentence_(sentence), parties_(parties) {}

  std::string_view sentence_;
  std::size_t parties_;
};

/// Watches from now on, with windows of that length; zero ends it. From 10 ms on.
void watch_livelocks(std::chrono::nanoseconds window);

/// Has a function called instead of a report on standard error, by one of those who go round. It must not block. Null
/// takes it back.
void on_livelock(void (*callback)(const livelock_report& report)) noexcept;

}  // namespace weft

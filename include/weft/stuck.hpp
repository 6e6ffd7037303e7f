// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that wait for ever, because nobody who could still act has what they wait for.
//
//     if (auto stuck = weft::find_stuck()) std::fputs(weft::text_of(*stuck).c_str(), stderr);
//
//     weft::look_for_stuck({.every = 10s, .report = [](const std::vector<weft::leak>& found) { alert(found); }});
//
// What is reported is so: no code that still runs could send, receive, close, notify, unlock, release or call done()
// there (decision 0020). It says nothing of others: who cannot be proved to be stuck is not reported, and nothing is
// looked at while others run. So it is for tests, and for moments when a server has nothing to do.
//
// Not with a sanitizer, whose own memory is too large to be looked at.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "weft/diagnosis.hpp"
#include "weft/leaks.hpp"

namespace weft {

/// Goroutines that are blocked without a limit, on channels, selects, locks, conditions, semaphores, wait_groups,
/// barriers, once, groups or tasks, and to which no way leads from anybody who is not stuck; alike ones together, as in
/// weft/leaks.hpp. Nothing: others have run all the time for as long as `patience`, or there is a thread that weft does
/// not know, or the kernel does not show the process its memory. The time is that of the engine: virtual under sim.
///
/// To be called by a goroutine; engines: both. Takes milliseconds, more with much memory in use.
[[nodiscard]] std::optional<std::vector<leak>> find_stuck(std::chrono::milliseconds patience = std::chrono::seconds(1));

struct stuck_options {
  std::chrono::milliseconds every{1000};               // how often to look; 0: not any more
  deadlock_policy policy = deadlock_policy::log;       // log: print it and go on; ignore: do not look; else abort
  void (*report)(const std::vector<leak>&) = nullptr;  // is called instead of that, by a goroutine of its own
};

/// Has a thread of weft's own look from time to time, while the program goes on: each time that it finds the program at
/// rest, and something has happened since. Each goroutine is reported once. The program is not held up; what a look
/// costs is the time of another processor, as for find_stuck. The environment variable WEFT_DIAG asks for the same:
/// `stuck` (or `stuck=abort`), and `stuckevery=200`, in milliseconds. Only what is asked for last holds.
///
/// From any thread. Engine sched; under sim it does nothing.
void look_for_stuck(const stuck_options& options = {});

}  // namespace weft

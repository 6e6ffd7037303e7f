// SPDX-License-Identifier: Apache-2.0
//
// What the runtime counts and measures, always: how long goroutines wait and for what, how long they queue for a
// processor, who keeps one for too long.
//
//     const weft::metrics before = weft::read_metrics();
//     work();
//     const weft::metrics spent = weft::read_metrics() - before;
//     std::printf("%llu waits for locks, 99 %% of them below %lld us\n", spent.lock_wait.count(),
//                 to_us(spent.lock_wait.quantile(0.99)));
//     weft::write_open_metrics(fd);                         // for Prometheus and its like
//
// Counts begin with the process and only grow. Histograms of what happens often are made from samples: of the waits of
// less than 4 ms between which the processor was never idle one in 244 is timed, and counts as 244; longer ones, and
// those during which a worker had nothing to do, are all timed. So counts of histograms are estimates, and a program's
// longest wait is not missed if it is longer than 10 ms.
//
// WEFT_DEBUG=schedtrace=1000 prints a line of these every 1000 ms to standard error; with `schedtrace=1000,
// scheddetail=1` one more for each of GOMAXPROCS. Other processes see them too, also when this one hangs: see
// weft/detail/stats_page.hpp.
//
// All functions may be called from any thread (ME1.6). Under engine sim durations are virtual, and all are timed.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weft/clock.hpp"
#include "weft/detail/stats_page.hpp"

namespace weft {

/// Durations, counted in buckets of which four lie between a duration and its double: quantiles are right to a quarter.
/// Copyable; not for use by several threads at once.
class duration_histogram {
 public:
  static constexpr std::size_t bucket_count = detail::stats_buckets;

  /// Counts a duration, `times` times. A negative one counts as none at all.
  void record(std::chrono::nanoseconds duration, std::uint64_t times = 1) noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept;

  /// All of them together. More than 292 years, which a million goroutines wait in three hours, is said as 292 years;
  /// in seconds it is right up to 584, and begins anew there.
  [[nodiscard]] std::chrono::nanoseconds sum() const noexcept;
  [[nodiscard]] double sum_seconds() const noexcept { return static_cast<double>(sum_ns_) / 1e9; }

  [[nodiscard]] std::chrono::nanoseconds mean() const noexcept;

  /// The longest one. Of a difference: as far as the buckets tell.
  [[nodiscard]] std::chrono::nanoseconds longest() const noexcept { return std::chrono::nanoseconds(longest_ns_); }

  /// A duration below which that share of all lies: 0.5 for the median. 0 <= share <= 1; zero if there are none.
  [[nodiscard]] std::chrono::nanoseconds quantile(double share) const noexcept;

  /// Bucket i counts what is at least floor(i) and less than floor(i + 1); the last one has no upper end.
  [[nodiscard]] std::uint64_t bucket(std::size_t i) const noexcept { return buckets_[i]; }
  [[nodiscard]] static std::chrono::nanoseconds floor(std::size_t i) noexcept {
    return std::chrono::nanoseconds(detail::stats_floor(i));
  }

  duration_histogram& operator+=(const duration_histogram& other) noexcept;
  /// Takes away what an earlier copy of the same counted.
  duration_histogram& operator-=(const duration_histogram& earlier) noexcept;

 private:
  friend struct metrics_reader;

  std::array<std::uint64_t, bucket_count> buckets_{};
  std::uint64_t sum_ns_ = 0;  // modulo 2^64, so that differences are right
  std::uint64_t longest_ns_ = 0;
};

/// The longest that a goroutine ran without letting others run, and which one it was. Looked at every 2 to 10 ms: so
/// slices of less than 10 to 20 ms do not count. Time in blocking() does not count.
struct longest_slice {
  std::chrono::nanoseconds duration{};  // zero: none was long
  std::uint64_t goroutine = 0;          // its number
  std::string started_at;               // "file:line"
  std::string label;
  std::vector<void*> frames;       // program counters, the innermost first; empty if it did not answer
  std::vector<std::string> stack;  // and their names
};

/// What was counted up to a moment. ME1 says what each number is.
struct metrics {
  clock::time_point taken;

  std::uint64_t goroutines = 0;        // alive at that moment, and so are:
  std::uint64_t gomaxprocs = 0;        // how many may run at once
  std::uint64_t gomaxprocs_idle = 0;   // of those, how many have nothing to do
  std::uint64_t threads = 0;           // of weft's own
  std::uint64_t runnable = 0;          // goroutines that queue
  std::uint64_t descriptor_waits = 0;  // parties that wait for a descriptor
  std::uint64_t outside_waits = 0;     // foreign threads that wait in weft

  std::uint64_t started = 0;  // goroutines, since the beginning, and so are:
  std::uint64_t ended = 0;    // goroutines
  std::uint64_t turns = 0;    // times that one was switched to, to within 61 per worker
  std::uint64_t parks = 0;    // times that one began to wait
  std::uint64_t readies = 0;  // times that one that waited became runnable again
  std::uint64_t yields = 0;
  std::uint64_t steals = 0;          // times that a worker took work from another
  std::uint64_t stolen = 0;          // goroutines that it took
  std::uint64_t searches = 0;        // times that it looked
  std::uint64_t global_takes = 0;    // times that it took from the queue of all
  std::uint64_t polls = 0;           // times that the kernel was asked about descriptors
  std::uint64_t poll_wakes = 0;      // descriptors that it said were ready
  std::uint64_t rests = 0;           // times that a worker went to sleep
  std::uint64_t tokens_retaken = 0;  // times that a goroutine ran for so long that others went on elsewhere
  std::uint64_t blocking_calls = 0;
  std::uint64_t threads_started = 0;

  duration_histogram run_queue;    // from runnable to running
  duration_histogram chan_wait;    // in channel operations and selects
  duration_histogram lock_wait;    // for mutexes and shared mutexes
  duration_histogram sync_wait;    // for tasks, groups, conditions, semaphores, barriers, once
  duration_histogram io_wait;      // for descriptors
  duration_histogram timers_late;  // by how much deadlines came late
};

/// Costs some microseconds per worker.
[[nodiscard]] metrics read_metrics();

/// What was counted between two moments; what is so "at that moment" is that of the later one.
[[nodiscard]] metrics operator-(const metrics& later, const metrics& earlier);

/// Since the process began.
[[nodiscard]] longest_slice read_longest_slice();

/// How many goroutines there are in each state, in the words of a dump: {"chan receive", 12}. Looks at every goroutine,
/// some nanoseconds each.
struct state_count {
  const char* state;
  std::uint64_t goroutines;
};
[[nodiscard]] std::vector<state_count> count_states();

/// What goroutines that were started at one place have used of their stacks.
struct stack_use {
  std::string started_at;
  std::uint64_t goroutines = 0;  // that were looked at
  std::size_t most = 0;          // bytes, in whole pages, that one of them has touched
  std::size_t size = 0;          // bytes that it had
  std::size_t suggested = 0;     // for go_options::stack: twice the most, and at least 16 KiB
};

/// Of the goroutines that are alive: a system call each. Stacks are used again, and what an earlier goroutine has
/// touched counts, too, unless the program was started with WEFT_DIAG=stacks: then each goroutine gets a new one, at
/// the price of some system calls, and those that have ended are counted as well. The largest first.
[[nodiscard]] std::vector<stack_use> read_stack_use();

/// All of it as OpenMetrics text, with "# EOF" at the end: content type "application/openmetrics-text; version=1.0.0;
/// charset=utf-8". Names begin with "weft_".
[[nodiscard]] std::string open_metrics_text();

/// Writes it to a descriptor. Zero, or errno.
int write_open_metrics(int fd);

}  // namespace weft

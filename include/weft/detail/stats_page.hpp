// SPDX-License-Identifier: Apache-2.0
// floor 0
//
// The statistics page: what a process counts about itself, laid out so that another process can read it while this one
// runs, hangs or does not answer. Everything that the metrics tell (weft/metrics.hpp) is read from here, too.
//
// Where. A memfd of the name `stats_name`, mapped shared and kept open as long as the process lives: a reader looks for
// the link "/memfd:weft-stats (deleted)" among /proc/PID/fd, opens it read-only and maps `bytes` of it. So nothing is
// left behind when a process dies, and the kernel's own rule decides who may look: whoever may read the memory of that
// process by /proc (the same user, or root). Where there is no memfd (an old sandbox, no descriptor or address space
// left) the page is private memory, and readers find none.
//
// Layout. At 0 a stats_head; from `lanes_at` on `lane_room` lanes of `lane_bytes`, of which [0, lanes) are in use, one
// for each token (GOMAXPROCS of them, by number), and the last one, `lane_room - 1`, for everybody else: foreign
// threads, and workers without a token. The total of a counter is the sum over those. Numbers are of the machine's own
// byte order. Counters and buckets only grow; they belong to the process, not to a run of it.
//
// Compatibility. A reader waits for `magic`, checks `version`, and takes sizes and offsets from the head. Counters,
// gauges and histograms are added at the end of their lists, where room is kept; anything else is another version.
//
// Who writes. A counter of a lane: whoever holds that token, by plain stores, from counts of his own which he brings
// here when he looks up from his work (every 61 switches, and before he rests), so they lag behind by up to 60 switches
// of a worker that computes. Histograms, and the last lane: anybody, by read-modify-write. Gauges and the head: the
// watchdog, when it looks (every 2 to 10 ms while anything runs); `looked_ns` says when that was. While nothing runs it
// sleeps, and the gauges say how things were when it fell asleep. The hog: the watchdog, between two steps of
// `hog_version`, which is odd while it writes.
//
// Memory ordering: everything is relaxed, except that magic is released last, and hog_version is released after and
// acquired before what it guards; a reader gets numbers of slightly different moments.
//
// Histograms. Bucket i counts durations from floor(i) up to, not including, floor(i + 1): four buckets per power of two
// from 64 ns on, 16 ns each below, so a bucket is at most a quarter wide. Frequent events are sampled: then one event
// adds the number of those that it stands for.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "weft/detail/atomic.hpp"

namespace weft::detail {

inline constexpr char stats_name[] = "weft-stats";
inline constexpr std::uint64_t stats_magic = 0x7374617473746677;  // "wftstats", read as bytes on a small-endian machine
inline constexpr std::uint32_t stats_version = 1;

using stats_word = atomic<std::uint64_t>;
static_assert(sizeof(stats_word) == 8);

// ---- a lane --------------------------------------------------------------------------------------------------------

/// What a lane counts.
enum class stats_counter : std::uint8_t {
  turns,           // times that a goroutine was switched to
  parks,           // times that one began to wait; each has been woken since, or still waits
  yields,          // times that one let others run
  starts,          // goroutines started
  ends,            // goroutines that have ended; the sum of starts minus that of ends are alive
  steals,          // times that work was taken from another token
  stolen,          // goroutines that were
  searches,        // times that a worker went to look for work of others
  global_takes,    // times that goroutines were taken from the global queue
  polls,           // times that the kernel was asked for ready descriptors
  poll_wakes,      // parties woken because their descriptor was ready
  rests,           // times that a worker went to sleep
  tokens_retaken,  // times that the watchdog took the token from a goroutine that kept it
  blocking_calls,  // calls of blocking()
  count
};
inline constexpr std::size_t stats_counters = static_cast<std::size_t>(stats_counter::count);
inline constexpr std::size_t stats_counter_room = 64;

/// What a lane is like, as the watchdog saw it.
enum class stats_gauge : std::uint8_t {
  held,      // 1: a worker has the token
  queued,    // runnable goroutines in its queue
  blocking,  // 1: its worker is inside blocking()
  still_ns,  // for how long its worker has not switched
  count
};
inline constexpr std::size_t stats_gauge_room = 16;

/// Durations. The waits are those that have ended, from park to ready: chan for channels and selects, lock for mutexes
/// and shared mutexes, sync for everything else in which goroutines wait for each other, io for descriptors.
enum class stats_duration : std::uint8_t { run_queue, chan_wait, lock_wait, sync_wait, io_wait, timer_late, count };
inline constexpr std::size_t stats_durations = static_cast<std::size_t>(stats_duration::count);
inline constexpr std::size_t stats_duration_room = 7;

inline constexpr std::size_t stats_buckets = 128;

struct stats_histogram {
  stats_word sum_ns{0};
  stats_word longest_ns{0};
  stats_word buckets[stats_buckets]{};
};

struct alignas(4096) stats_lane {
  stats_word counters[stats_counter_room]{};
  stats_word gauges[stats_gauge_room]{};
  stats_histogram durations[stats_duration_room]{};
};
static_assert(sizeof(stats_lane) == 8192);

/// The bucket of a duration. The last one has no upper end.
[[nodiscard]] constexpr std::size_t stats_bucket(std::uint64_t ns) noexcept {
  const std::uint64_t units = ns / 16;
  if (units < 4) return static_cast<std::size_t>(units);
  const auto octave = static_cast<std::size_t>(std::bit_width(units)) - 1;
  const std::size_t index = 4 * (octave - 1) + static_cast<std::size_t>((units >> (octave - 2)) & 3);
  return index < stats_buckets ? index : stats_buckets - 1;
}

/// The least duration that bucket i counts, in nanoseconds.
[[nodiscard]] constexpr std::uint64_t stats_floor(std::size_t i) noexcept {
  if (i < 4) return 16 * static_cast<std::uint64_t>(i);
  return (std::uint64_t{4} + i % 4) << (i / 4 - 1 + 4);
}
static_assert(stats_bucket(stats_floor(127)) == 127 && stats_bucket(stats_floor(4)) == 4 && stats_floor(4) == 64);
static_assert(stats_bucket(stats_floor(50) - 1) == 49 && stats_bucket(~std::uint64_t{0}) == 127);

// ---- the head ------------------------------------------------------------------------------------------------------

enum class stats_phase : std::uint8_t { not_started, running, ended };

struct alignas(4096) stats_head {
  // Written once, when weft starts in the process.
  stats_word magic{0};  // stats_magic; the last of these
  std::uint32_t version = stats_version;
  std::uint32_t lanes_at = 0;  // bytes from the beginning of the head
  std::uint32_t lane_bytes = 0;
  std::uint32_t lane_room = 0;
  std::uint64_t bytes = 0;  // of everything
  std::uint64_t pid = 0;
  std::uint64_t started_ns = 0;  // CLOCK_MONOTONIC, as all moments here
  char program[64] = {};         // the name of the process when weft started in it

  stats_word lanes{0};      // of tokens, in use
  stats_word looked_ns{0};  // when the watchdog last wrote what follows
  stats_word gomaxprocs{0};
  stats_word goroutines{0};       // alive
  stats_word threads{0};          // workers that have a thread, the one inside run() among them
  stats_word threads_started{0};  // by weft
  stats_word tokens_idle{0};
  stats_word global_queue{0};  // runnable goroutines in the global queue
  stats_word descriptor_waits{0};
  stats_word outside_waits{0};     // foreign threads that wait in weft
  stats_word next_deadline_ns{0};  // when the next deadline comes; 2^63 - 1: there is none
  stats_word deadlocks{0};         // circles that were reported
  stats_word livelocks{0};         // reported
  stats_word spare[19]{};

  // The longest slice so far: how long a goroutine ran on end, and which one it was. None: hog_ns is 0.
  stats_word hog_version{0};
  stats_word hog_ns{0};
  stats_word hog_at_ns{0};      // when it was seen
  stats_word hog_goroutine{0};  // its number
  stats_word hog_line{0};       // where it was started
  stats_word hog_frame_count{0};
  stats_word hog_frames[32]{};  // program counters in this process, the innermost first; none if it did not answer
  char hog_file[128] = {};      // the end of the path, if it is longer
  char hog_label[64] = {};
};
static_assert(sizeof(stats_head) == 4096);

}  // namespace weft::detail

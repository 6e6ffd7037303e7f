// SPDX-License-Identifier: Apache-2.0
//
// Metrics are read from the statistics page: what the lanes say, added up.
//
// Memory ordering: everything is read relaxed: a snapshot mixes moments. That counts of the same kind only grow holds
// for each lane, and so for their sums; not for `readies`, a difference of two moments. It never says too much, since
// parks are read before those who wait are counted; so the largest that was ever told is still true.
#include "weft/metrics.hpp"

#include <algorithm>
#include <cstring>

#include "os/symbol.hpp"
#include "park/dump.hpp"
#include "park/hog.hpp"
#include "park/registry.hpp"
#include "park/stats.hpp"

namespace weft {

using namespace detail;

struct metrics_reader {
  static void add(duration_histogram& to, const stats_histogram& from) noexcept {
    for (std::size_t i = 0; i < stats_buckets; ++i) to.buckets_[i] += from.buckets[i].load(memory_order_relaxed);
    to.sum_ns_ += from.sum_ns.load(memory_order_relaxed);
    to.longest_ns_ = std::max(to.longest_ns_, from.longest_ns.load(memory_order_relaxed));
  }

  static void add(metrics& to, const stats_lane& from) noexcept {
    for (const auto& [what, member] : counters) {
      to.*member += from.counters[static_cast<std::size_t>(what)].load(memory_order_relaxed);
    }
    for (const auto& [what, member] : durations) add(to.*member, from.durations[static_cast<std::size_t>(what)]);
  }

  struct counter_place {
    stats_counter what;
    std::uint64_t metrics::*member;
  };
  struct duration_place {
    stats_duration what;
    duration_histogram metrics::*member;
  };

  static constexpr counter_place counters[] = {
      {stats_counter::turns, &metrics::turns},
      {stats_counter::parks, &metrics::parks},
      {stats_counter::yields, &metrics::yields},
      {stats_counter::starts, &metrics::started},
      {stats_counter::ends, &metrics::ended},
      {stats_counter::steals, &metrics::steals},
      {stats_counter::stolen, &metrics::stolen},
      {stats_counter::searches, &metrics::searches},
      {stats_counter::global_takes, &metrics::global_takes},
      {stats_counter::polls, &metrics::polls},
      {stats_counter::poll_wakes, &metrics::poll_wakes},
      {stats_counter::rests, &metrics::rests},
      {stats_counter::tokens_retaken, &metrics::tokens_retaken},
      {stats_counter::blocking_calls, &metrics::blocking_calls},
  };
  static constexpr duration_place durations[] = {
      {stats_duration::run_queue, &metrics::run_queue}, {stats_duration::chan_wait, &metrics::chan_wait},
      {stats_duration::lock_wait, &metrics::lock_wait}, {stats_duration::sync_wait, &metrics::sync_wait},
      {stats_duration::io_wait, &metrics::io_wait},     {stats_duration::timer_late, &metrics::timers_late},
  };
  static_assert(std::size(counters) == stats_counters && std::size(durations) == stats_durations);
};

namespace {

std::uint64_t waiting_goroutines() {
  std::uint64_t n = 0;
  for_each_goroutine(
      [](void* arg, goroutine& g) {
        if (g.state.load(memory_order_relaxed) == goroutine_state::waiting) ++*static_cast<std::uint64_t*>(arg);
      },
      &n);
  return n;
}

/// Of what has been told, the largest.
std::uint64_t growing(std::uint64_t readies) noexcept {
  static atomic<std::uint64_t> largest{0};
  std::uint64_t before = largest.load(memory_order_relaxed);
  while (before < readies && !largest.compare_exchange_weak(before, readies, memory_order_relaxed)) continue;
  return std::max(before, readies);
}

}  // namespace

metrics read_metrics() {
  refresh_stats();
  metrics all;
  all.taken = clock::now();
  const stats_head& head = stats();
  const std::uint64_t lanes = head.lanes.load(memory_order_relaxed);
  for (std::uint32_t i = 0; i < lanes; ++i) metrics_reader::add(all, lane_of_token(i));
  metrics_reader::add(all, lane_of_others());
  all.gomaxprocs = head.gomaxprocs.load(memory_order_relaxed);
  all.gomaxprocs_idle = head.tokens_idle.load(memory_order_relaxed);
  all.goroutines = head.goroutines.load(memory_order_relaxed);
  all.threads = head.threads.load(memory_order_relaxed);
  all.threads_started = head.threads_started.load(memory_order_relaxed);
  all.descriptor_waits = head.descriptor_waits.load(memory_order_relaxed);
  all.outside_waits = head.outside_waits.load(memory_order_relaxed);
  all.runnable = head.global_queue.load(memory_order_relaxed);
  for (std::uint32_t i = 0; i < lanes; ++i) {
    const auto& queued = lane_of_token(i).gauges[static_cast<std::size_t>(stats_gauge::queued)];
    all.runnable += queued.load(memory_order_relaxed);
  }
  all.readies = growing(all.parks - std::min(all.parks, waiting_goroutines()));
  return all;
}

metrics operator-(const metrics& later, const metrics& earlier) {
  metrics spent = later;
  const auto take = [](std::uint64_t& from, std::uint64_t n) { from -= std::min(from, n); };
  for (const auto& [what, member] : metrics_reader::counters) take(spent.*member, earlier.*member);
  for (const auto& [what, member] : metrics_reader::durations) spent.*member -= earlier.*member;
  take(spent.readies, earlier.readies);
  take(spent.threads_started, earlier.threads_started);
  return spent;
}

std::vector<state_count> count_states() {
  std::vector<state_count> found;
  for_each_goroutine(
      [](void* arg, goroutine& g) {
        auto& all = *static_cast<std::vector<state_count>*>(arg);
        const char* const state = state_of(g);
        const auto same =
            std::find_if(all.begin(), all.end(), [&](const auto& each) { return std::strcmp(each.state, state) == 0; });
        if (same != all.end())
          ++same->goroutines;
        else
          all.push_back({state, 1});
      },
      &found);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.goroutines != b.goroutines ? a.goroutines > b.goroutines : std::strcmp(a.state, b.state) < 0;
  });
  return found;
}

longest_slice read_longest_slice() {
  const hog_record seen = longest_hog();
  longest_slice told;
  if (seen.duration == 0) return told;
  told.duration = std::chrono::nanoseconds(seen.duration);
  told.goroutine = seen.goroutine;
  told.started_at = std::string(seen.file) + ":" + std::to_string(seen.line);
  if (seen.label != nullptr) told.label = seen.label;
  told.frames.assign(seen.frames, seen.frames + seen.frame_count);
  for (void* const frame : told.frames) told.stack.push_back(frame_text(frame));
  return told;
}

}  // namespace weft

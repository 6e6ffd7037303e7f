// SPDX-License-Identifier: Apache-2.0
//
// Memory ordering: `page` is written once, before there is a second thread that counts, and is plain from then on for
// those; who asks earlier, from a foreign thread, sees null or the page: released and acquired. Counts are relaxed.
#include "park/stats.hpp"

#include <new>

#include "os/clock.hpp"
#include "os/shared_page.hpp"

namespace weft::detail {
namespace {

struct whole_page {
  stats_head head;
  stats_lane lanes[stats_lane_room];
};

constinit stats_head unread_head;
constinit stats_lane unread_lane;
atomic<whole_page*> page{nullptr};  // by open_stats()

void raise(stats_word& word, std::uint64_t value) noexcept {
  std::uint64_t before = word.load(memory_order_relaxed);
  while (before < value && !word.compare_exchange_weak(before, value, memory_order_relaxed)) continue;
}

}  // namespace

void open_stats() noexcept {
  if (page.load(memory_order_relaxed) != nullptr) return;
  void* const memory = map_shared(stats_name, sizeof(whole_page));
  if (memory == nullptr) return;
  auto* const made = static_cast<whole_page*>(memory);  // zeroes are what the lanes begin with
  auto* const head = ::new (&made->head) stats_head;
  head->lanes_at = offsetof(whole_page, lanes);
  head->lane_bytes = sizeof(stats_lane);
  head->lane_room = stats_lane_room;
  head->bytes = sizeof(whole_page);
  head->pid = process_id();
  head->started_ns = static_cast<std::uint64_t>(monotonic_ns());
  copy_process_name(head->program, sizeof head->program);
  head->magic.store(stats_magic, memory_order_release);  // pairs with readers in other processes
  page.store(made, memory_order_release);                // pairs with the loads below
}

stats_head& stats() noexcept {
  whole_page* const made = page.load(memory_order_acquire);  // pairs with open_stats()
  return made != nullptr ? made->head : unread_head;
}

stats_lane& lane_of_token(std::uint32_t token) noexcept {
  whole_page* const made = page.load(memory_order_acquire);  // pairs with open_stats()
  return made != nullptr ? made->lanes[token < stats_lane_room ? token : stats_lane_room - 1] : unread_lane;
}

stats_lane& lane_of_others() noexcept { return lane_of_token(stats_lane_room - 1); }

void note_duration(stats_lane& lane, stats_duration what, nanoseconds duration, std::uint64_t weight) noexcept {
  if (what == stats_duration::count) return;
  const auto ns = duration > 0 ? static_cast<std::uint64_t>(duration) : 0;
  stats_histogram& histogram = lane.durations[static_cast<std::size_t>(what)];
  histogram.buckets[stats_bucket(ns)].fetch_add(weight, memory_order_relaxed);
  histogram.sum_ns.fetch_add(ns * weight, memory_order_relaxed);
  if (ns > histogram.longest_ns.load(memory_order_relaxed)) raise(histogram.longest_ns, ns);
}

stats_duration histogram_of(wait_reason reason) noexcept {
  switch (reason) {
    case wait_reason::chan_receive:
    case wait_reason::chan_send:
    case wait_reason::chan_receive_nil:
    case wait_reason::chan_send_nil:
    case wait_reason::select:
    case wait_reason::select_no_cases:
      return stats_duration::chan_wait;
    case wait_reason::mutex_lock:
    case wait_reason::rwmutex_rlock:
    case wait_reason::rwmutex_lock:
      return stats_duration::lock_wait;
    case wait_reason::wait_group:
    case wait_reason::once:
    case wait_reason::condition:
    case wait_reason::semaphore:
    case wait_reason::join:
    case wait_reason::group_wait:
    case wait_reason::barrier:
      return stats_duration::sync_wait;
    case wait_reason::io_wait:
      return stats_duration::io_wait;
    default:
      return stats_duration::count;
  }
}

}  // namespace weft::detail

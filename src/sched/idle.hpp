// SPDX-License-Identifier: Apache-2.0
//
// Who sleeps, who searches, and why no work is forgotten: the one place where the engine relies on the order of a
// store and a later load of different words (reliability.md B02).
//
// One word counts the idle tokens and the workers that search. The rules:
//
//   publish   1. make the work visible (a push under the token lock, or to the global queue)
//             2. light_fence
//             3. wake a worker if some token is idle and nobody searches
//   sleep     1. announce: one less searching, one more idle token, in one step
//             2. heavy_fence
//             3. look at every queue, timer and descriptor once more; if there is something, retract and go on
//   found     a searcher that finds work: 1. one less searching; 2. if tokens are idle: heavy_fence and look again at
//             every queue, and wake two others if there is more
//
// Why it is enough. Let a publisher see, in its step 3, that nobody is idle or somebody searches, and wake nobody. Its
// load came before the announcement of every token that is idle now, and before the end of every search that was on.
// So each of those workers passes its heavy fence after that load: the fence makes the work, published before the
// load, visible to the look that follows (steps sleep 3 and found 2). One of them takes it or wakes somebody for it.
//
// Who publishes wakes one worker, and none while one searches: a burst of a thousand goroutines costs its maker one
// wake-up. The search is handed on: a worker that has found something wakes two while there is more, and so do these.
// One by one, 65 us each, 256 cores would take 17 ms to come together; on few cores it makes no difference (decision
// 0024, from a simulation: bench/simulation).
//
// Memory ordering: the word is changed by acq_rel read-modify-writes and read relaxed after the light fence: what
// orders the publisher's load after its push is the fence pair. On machines without membarrier the light fence is a
// full one. test/model/idle_model.cpp enumerates the protocol.
#pragma once

#include <cstdint>

#include "os/membarrier.hpp"
#include "weft/detail/atomic.hpp"

namespace weft::detail {

class idle_word {
 public:
  /// Publish, steps 2 and 3: true if the publisher ought to wake a worker. Who does not record may take a surer fence.
  template <void (*fence)() = light_fence>
  [[nodiscard]] bool worker_wanted() const noexcept {
    fence();
    const std::uint32_t word = word_.load(memory_order_relaxed);  // pairs with the changes below, through the fences
    return idle_of(word) != 0 && searching_of(word) == 0;
  }

  [[nodiscard]] bool any_idle() const noexcept { return idle_of(word_.load(memory_order_relaxed)) != 0; }
  [[nodiscard]] std::uint32_t idle() const noexcept { return idle_of(word_.load(memory_order_acquire)); }
  [[nodiscard]] std::uint32_t searching() const noexcept { return searching_of(word_.load(memory_order_acquire)); }

  /// Sleep, step 1; the caller goes on with heavy_fence(). `searching`: the worker was counted as searching.
  void announce_idle(bool searching) noexcept {
    word_.fetch_add(one_idle - (searching ? one_searching : 0), memory_order_acq_rel);
  }

  /// The same for a worker whose token does not become idle (it is retired).
  void stop_searching() noexcept { word_.fetch_sub(one_searching, memory_order_acq_rel); }

  /// A token leaves the idle list; its worker searches or not.
  void leave_idle(bool searching) noexcept {
    word_.fetch_sub(one_idle - (searching ? one_searching : 0), memory_order_acq_rel);
  }

  /// At most half of the tokens in use may search (reference W4); the caller sees to that.
  void begin_search() noexcept { word_.fetch_add(one_searching, memory_order_acq_rel); }

  /// Found, step 1 and the fence of step 2: true if the caller must look at the queues again.
  [[nodiscard]] bool end_search() noexcept {
    const std::uint32_t before = word_.fetch_sub(one_searching, memory_order_acq_rel);
    if (idle_of(before) == 0) return false;
    heavy_fence();
    return true;
  }

  /// The number of tokens changed: `n` idle ones appeared (or vanished).
  void add_idle(std::int32_t n) noexcept {
    word_.fetch_add(static_cast<std::uint32_t>(n) * one_idle, memory_order_acq_rel);
  }

 private:
  static constexpr std::uint32_t one_searching = 1;
  static constexpr std::uint32_t one_idle = 1u << 16;

  static std::uint32_t idle_of(std::uint32_t word) noexcept { return word >> 16; }
  static std::uint32_t searching_of(std::uint32_t word) noexcept { return word & 0xffff; }

  atomic<std::uint32_t> word_{0};  // idle tokens in the upper half, searching workers in the lower
};

}  // namespace weft::detail

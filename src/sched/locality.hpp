// SPDX-License-Identifier: Apache-2.0
//
// When goroutines that talk all the time had better stay on one worker.
//
// A stage of a pipeline that receives an item, adds one and sends it works for some 20 ns. Given to another core it
// works no faster, and every item crosses between the caches: the pipeline of the benchmark takes 70 ns per item on
// one core and 300 to 500 on two. No rule about single wake-ups sees that. What shows it is that goroutines *hop*: each
// is resumed by another token than the last time, because whoever wakes it runs there, and runs for less than the
// move costs.
//
// So every token counts the hops among its switches. When it looks up from its queue (every 61 switches, find_work.cpp)
// and at least a quarter of them were hops, twice in a row, with less than a microsecond between two switches, it is
// *close* for some looks: what is queued here is left to it. It wakes nobody for its queue and is not robbed, so
// whatever its goroutines wake gathers here. Then it opens again, since programs change, and closes for longer if that
// was wrong: an experiment costs some 100 us, in between there are 4,000 to 250,000 switches.
//
// Invariants
//   1. A queue of `long_queue` is everybody's, closed or not: what waits there would wait for some 30 us.
//   2. The watchdog opens a token that has not switched for a millisecond, as it opens a slot (wake.cpp, rule 3), and
//      one whose turns have lasted for more than 10 us on average between two of its looks. So the price of a wrong
//      guess is bounded by the watchdog's 2 ms, and not by the number of turns until the token looks itself.
//
// The same is done where goroutines fight: two that run on two cores and use the same channel without pause. They hop
// rarely, since each goes on for as long as the buffer lasts, but every operation waits for a line that the other core
// has. What shows it is the time that the worker spends waiting for locks of channels (os/relax.cpp). If that leaves of
// n workers one and a half (of two: if it is a quarter of the time), they do no more together than one would, because
// what they do between the waits is slower, too.
//
// Who owns what: `hops`, `since` and `patience` are the token's, inside its lock; `looks` is written there, and by the
// watchdog, and read by anybody as a hint.
//
// Memory ordering: relaxed. A token that seems open to some and closed to others is one that opened a moment later.
//
// Rejected: to estimate from the queue's length and the slices alone when help pays; four goroutines of 2 us that yield
// to each other want two cores, four stages of a pipeline with the same slices do not. Counting the
// waits for locks instead of measuring them: with pauses as long as relax.cpp makes them there are few.
#pragma once

#include <cstdint>

#include "weft/detail/atomic.hpp"
#include "weft/detail/park.hpp"

namespace weft::detail {

class locality {
 public:
  static constexpr std::uint32_t long_queue = 32;

  /// A goroutine goes on here that ran elsewhere before.
  void count_hop() noexcept { ++hops_; }

  /// Whether a queue of this length is for others, too.
  [[nodiscard]] bool shares(std::uint32_t queued) const noexcept {
    return queued != 0 && (looks_.load(memory_order_relaxed) == 0 || queued >= long_queue);
  }

  [[nodiscard]] bool closed() const noexcept { return looks_.load(memory_order_relaxed) != 0; }
  /// By the watchdog, about a token that keeps its queue: whether its turns have become so long that it should not.
  [[nodiscard]] static bool are_long(std::uint32_t turns, nanoseconds took) noexcept {
    return took > nanoseconds{turns} * long_turn;
  }
  void open() noexcept { looks_.store(0, memory_order_relaxed); }

  /// The token looks up after `switches` of them, during which its worker, one of so many, has waited `waited` for
  /// locks of channels.
  template <class Clock>
  void look(std::uint32_t switches, nanoseconds waited, std::uint32_t workers, Clock now) noexcept {
    const std::uint32_t hops = hops_;
    hops_ = 0;
    if (const std::uint32_t left = looks_.load(memory_order_relaxed); left != 0) {
      looks_.store(left - 1, memory_order_relaxed);
      return;
    }
    const bool hopping = hops >= switches / 4;
    if (!hopping && waited == 0) {
      since_ = 0;
      if (patience_ > shortest) patience_ -= patience_ / 8;
      return;
    }
    const nanoseconds time = now();
    const nanoseconds took = time - since_;
    if (since_ != 0 && ((hopping && took < nanoseconds{switches} * worth_a_move) || is_lost(waited, took, workers))) {
      looks_.store(patience_, memory_order_relaxed);
      if (patience_ < longest) patience_ *= 2;
      since_ = 0;
      return;
    }
    since_ = time;
  }

 private:
  /// Whether so many workers get less done than one and a half would who wait for nobody.
  [[nodiscard]] static bool is_lost(nanoseconds waited, nanoseconds took, std::uint32_t workers) noexcept {
    const nanoseconds n = workers < 2 ? 2 : workers;
    return waited * 2 * n > took * (2 * n - 3);
  }

  static constexpr nanoseconds worth_a_move = 1'000;  // between two switches, on average
  static constexpr nanoseconds long_turn = 10'000;    // what it costs to wake another core
  static constexpr std::uint32_t shortest = 64, longest = 4096;

  std::uint32_t hops_ = 0;             // since the last look
  std::uint32_t patience_ = shortest;  // how many looks it would close for
  nanoseconds since_ = 0;              // when it first looked up and saw many hops; 0: it did not
  atomic<std::uint32_t> looks_{0};     // for so many more it is closed; 0: open
};

}  // namespace weft::detail

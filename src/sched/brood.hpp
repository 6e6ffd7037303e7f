// SPDX-License-Identifier: Apache-2.0
//
// Who runs when a goroutine waits that has just started some others: these, before what was queued earlier.
//
// A program whose goroutines start goroutines and wait for what they send goes down its tree one branch at a time then,
// with about as many alive as the tree is deep. First in, first out, it would start all of one level before the next,
// each with a stack of its own: the tree of a million goroutines that the benchmark skynet makes had twenty thousand
// alive and took five times as long, most of it for cache misses. (For tasks and their joiners see switch.cpp.)
//
// Only the few that a goroutine has started since somebody parked, and that stand at the end of the ring, are moved to
// the front, in their order; the one it started last is in the slot and runs first, as always (G3). Who starts many and
// waits, or starts some and goes on, is served in turn.
//
// Invariants
//   1. [front, old_) of the ring are those whom a deadline or a descriptor woke (fired.hpp) and those who were moved
//      here; behind them stands what was queued earlier.
//   2. When a slice is over (Y1) the first of what was queued earlier comes before them: a tree that goes on for ever
//      does not starve the others, which get a turn for each slice, as they do beside pairs that use the slot.
//
// Who owns what: the token's, inside its lock. `old_` is a place in the ring; when the front has passed it there are
// none.
#pragma once

#include <cstdint>
#include <utility>

#include "sched/fired.hpp"

namespace weft::detail {

class brood {
 public:
  static constexpr std::uint32_t few = 16;

  /// `starter` has started one that displaced another from the slot; that one stands at the end of the ring now.
  void note_birth(const void* starter) noexcept {
    if (starter_ != starter) [[unlikely]] {
      starter_ = starter;
      births_ = 0;
    }
    ++births_;
  }

  [[nodiscard]] bool any() const noexcept { return births_ != 0; }

  /// `parent` waits: those whom it has started go to the front, if is_fresh(item) of them.
  template <class Queue, class IsFresh>
  void gather(Queue& ring, fired& woken, const void* parent, IsFresh is_fresh) noexcept {
    const std::uint32_t births = std::exchange(births_, 0);
    if (starter_ != parent || births > few) return;
    const std::uint32_t size = ring.ring_size();
    std::uint32_t n = 0;
    while (n < births && n < size && is_fresh(ring.from_end(n))) ++n;
    const std::uint32_t ahead = woken.ahead(ring);
    if (n == 0 || n + ahead >= size) return;
    if (moved(ring) <= ahead) old_ = ring.front() + ahead;
    ring.move_forward(n, ahead);
    woken.make_room(n);
  }

  /// A slice is over: the first of what was queued earlier comes forward.
  template <class Queue>
  void let_old_forward(Queue& ring, const fired& woken) noexcept {
    const std::uint32_t at = moved(ring), ahead = woken.ahead(ring);
    if (at <= ahead || at >= ring.ring_size()) return;
    ring.bring_forward(at, ahead);
    ++old_;
  }

 private:
  /// How many stand before what was queued earlier. (A place that is not in the ring is an old one: the front has
  /// passed it by more than half of all places, or others have been taken from the end.)
  template <class Queue>
  [[nodiscard]] std::uint32_t moved(const Queue& ring) const noexcept {
    const auto distance = static_cast<std::int32_t>(old_ - ring.front());
    const auto n = static_cast<std::uint32_t>(distance);
    return distance <= 0 || n > ring.ring_size() ? 0 : n;
  }

  std::uint32_t births_ = 0;  // so many at the end of the ring were started by `starter_`, unless others came later
  std::uint32_t old_ = 0;     // the place of the first that was queued earlier
  const void* starter_ = nullptr;  // compared only
};

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Where in a queue those stand whom a deadline or a descriptor has woken: in front, as Go's do (reference W2), so that
// who sleeps for a millisecond is not late by what others do to each other.
//
// The first goes before everything, the others behind it, in the order in which they fired: they run next, then what
// was in the slot, then the ring. If they stood at the end, as what the slot displaces does, they would wait for all of
// the ring, and each of these may have a partner with whom it fills a whole slice through the slot: sixty-four chatting
// pairs made a sleeper late by 170 ms, and more each time.
//
// Invariants
//   1. Those who are queued here run in the order in which they fired (T1.4): one that cannot stand directly behind the
//      last goes to the end, and so do all who come while that one waits.
//   2. When a slice is over (Y1), who goes to the end is who had it: not somebody whom one of them has just woken, but
//      the one that made way for them. Else who is woken beside chatting pairs would wait for all of these after all.
//      If that one is not to be found nobody goes, but not twice: where somebody is always due the ring would starve.
//   3. They take at most sixteen of 61 turns from the others, and every other one where a turn lasts for long, so that
//      the worker looks up at every switch (pace.hpp): what is due every time that somebody looks does not starve the
//      ring. So a place in front costs four, and a switch brings one, the look itself another.
//
// Who owns what: the token's, inside its lock. `end_` is a place in the ring, behind the last who fired; when that one
// has been taken it is a place that the front has passed, until the next look brings it there.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace weft::detail {

class fired {
 public:
  static constexpr std::uint32_t most_in_front = 16;

  /// The token looks up after so many switches.
  template <class Queue>
  void refill(const Queue& ring, std::uint32_t switches) noexcept {
    credit_ = std::min(most_in_front * price, credit_ + switches + 1);
    end_ = ring.front() + ahead(ring);
  }

  /// False: the ring is full.
  template <class Queue, class Item>
  [[nodiscard]] bool queue(Queue& ring, Item item) noexcept {
    const std::uint32_t at = ahead(ring);
    if (credit_ < price || at > most_in_front || !defer_slot(ring)) return queue_behind(ring, item);
    const std::uint32_t end = ring.front() + at;
    const bool nobody_behind = at == ring.ring_size();
    if (!(nobody_behind ? ring.push_back(item) : ring.insert(item, at))) return false;
    end_ = nobody_behind ? end + 1 : end;
    credit_ -= price;
    return true;
  }

  /// Whoever sits in the slot goes on after them. False: there is no room for him.
  template <class Queue>
  bool defer_slot(Queue& ring) noexcept {
    const auto slot = ring.next();
    if (slot == decltype(slot){}) return true;
    const std::uint32_t at = ahead(ring);
    const std::uint32_t end = ring.front() + at - 1;
    if (at > most_in_front || !ring.insert(slot, at)) return false;
    end_ = end;
    deferred_ = number_of(slot);
    ring.set_next({});
    return true;
  }

  /// How many of the ring are not behind them.
  template <class Queue>
  [[nodiscard]] std::uint32_t ahead(const Queue& ring) const noexcept {
    const auto distance = static_cast<std::int32_t>(end_ - ring.front());
    return distance <= 0 ? 0 : std::min(static_cast<std::uint32_t>(distance), ring.ring_size());
  }

  /// So many have been put behind them, and they have moved towards the front (brood.hpp).
  void make_room(std::uint32_t n) noexcept { end_ -= n; }

  /// One of them begins to run; so many switches have been counted.
  void begin_turn(std::uint32_t switches) noexcept { turn_ = switches; }

  /// A slice is over: takes who had it from the slot or the front, if he is there. He goes to the end.
  template <class Queue>
  [[nodiscard]] auto take_spent(Queue& ring, std::uint32_t switches) noexcept {
    if (switches - turn_ > own_turn || spared_) {
      spared_ = false;
      return ring.take_next();
    }
    const auto first = ring.first();
    spared_ = first == decltype(first){} || number_of(first) != deferred_;
    return spared_ ? decltype(first){} : ring.pop_front();
  }

  template <class Queue>
  [[nodiscard]] bool any(const Queue& ring) const noexcept {
    return ahead(ring) != 0;
  }

 private:
  template <class Queue, class Item>
  [[nodiscard]] bool queue_behind(Queue& ring, Item item) noexcept {
    if (!ring.push_back(item)) return false;
    end_ = ring.back();
    return true;
  }

  static constexpr std::uint32_t price = 4;

  template <class Item>
  [[nodiscard]] static std::uintptr_t number_of(Item item) noexcept {
    if constexpr (std::is_pointer_v<Item>)
      return reinterpret_cast<std::uintptr_t>(item);
    else
      return static_cast<std::uintptr_t>(item);
  }

  static constexpr std::uint32_t own_turn = 4;  // switches: one of them, whom he wakes, and so on, and the look up

  std::uint32_t end_ = 0;
  std::uint32_t turn_ = 0 - own_turn - 1;  // the count of switches when one of them began to run
  std::uintptr_t deferred_ = 0;            // who has made way; compared only
  bool spared_ = false;                    // when the last slice was over nobody went to the end
  std::uint32_t credit_ = most_in_front * price;
};

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Deadlines in any order: a 4-ary min-heap of pointers to entries that know where they are, so that an entry is taken
// out of the middle in O(log n). Go's timers use the same shape. deadline_queue.hpp uses it for what does not come in
// order.
//
// T has `when` (an integer, compared) and `position` (std::uint32_t, written by the heap).
//
// Invariants
//   1. slots_[e->position].entry == e for every entry in the heap.
//   2. No entry is due before its parent: slots_[(i - 1) / 4].when <= slots_[i].when.
//   3. A slot carries a copy of its entry's `when`: comparing touches the array only, and four children are one cache
//      line. So `when` must not change while the entry is in the heap.
// Whoever owns the heap guards it, by one lock.
//
// Entries with equal `when` leave in no particular order.
//
// Rejected: a binary heap (twice the levels, so twice the cache misses on the way down); a timing wheel (its ticks
// make short sleeps late, and it has no exact minimum for the worker to sleep until).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::detail {

template <class T>
class deadline_heap {
 public:
  [[nodiscard]] bool empty() const noexcept { return slots_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }

  /// The entry that is due first; the heap is not empty.
  [[nodiscard]] T* top() const noexcept { return slots_[0].entry; }

  /// When it is due.
  [[nodiscard]] auto first_due() const noexcept { return slots_[0].when; }

  /// Adds an entry that is in no heap. Throws std::bad_alloc, and then nothing has changed.
  void push(T* entry) {
    slots_.push_back({entry->when, entry});
    rise(slots_.size() - 1, slots_.back());
  }

  /// Takes out the entry that is due first; the heap is not empty.
  T* pop() noexcept {
    T* first = top();
    remove(first);
    return first;
  }

  /// Takes out an entry that is in this heap.
  void remove(T* entry) noexcept {
    const std::size_t hole = entry->position;
    const slot last = slots_.back();
    slots_.pop_back();
    if (hole == slots_.size()) return;
    if (hole > 0 && last.when < slots_[(hole - 1) / 4].when) {
      rise(hole, last);
    } else {
      sink(hole, last);
    }
  }

  /// Calls visit(arg, begin, size) for what it has room for: entries that are gone have been there.
  template <class Visit>
  void visit_room(Visit visit, void* arg) const {
    visit(arg, slots_.data() + slots_.size(), (slots_.capacity() - slots_.size()) * sizeof(slot));
  }

 private:
  struct slot {
    decltype(T::when) when;
    T* entry;
  };

  void put(std::size_t at, slot moved) noexcept {
    slots_[at] = moved;
    moved.entry->position = static_cast<std::uint32_t>(at);
  }

  void rise(std::size_t hole, slot moved) noexcept {
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (slots_[parent].when <= moved.when) break;
      put(hole, slots_[parent]);
      hole = parent;
    }
    put(hole, moved);
  }

  void sink(std::size_t hole, slot moved) noexcept {
    const std::size_t count = slots_.size();
    for (std::size_t first; (first = 4 * hole + 1) < count;) {
      const std::size_t end = first + 4 < count ? first + 4 : count;
      std::size_t least = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (slots_[child].when < slots_[least].when) least = child;
      }
      if (moved.when <= slots_[least].when) break;
      put(hole, slots_[least]);
      hole = least;
    }
    put(hole, moved);
  }

  std::vector<slot> slots_;
};

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Deadlines that came in the order in which they are due: a ring of pointers to entries that know where they are.
// Adding at the end, taking from the front and taking out of the middle are a step each. deadline_queue.hpp uses it.
//
// Who sleeps or waits as long as the one before is due after him, so most programs' deadlines are mostly such a run. A
// heap pays for that order a second time: with a million sleepers each one that leaves moves ten others, and writes
// into ten cold stacks where they are now.
//
// T has `when` (an integer, compared) and `position` (std::uint32_t, written here while the entry is inside).
//
// Slots are numbered from begin_ to end_, modulo 2^32; slot n stands in slots_[n mod capacity]. What is taken out of
// the middle leaves an empty slot.
//
// Invariants
//   1. slots_[e->position mod capacity].entry == e, and e->position has the bit `inside`, for every entry in the run.
//   2. No entry is due before the one in front of it.
//   3. The first and the last slot are not empty: whoever takes one out takes the empty ones beside it off, too.
//   4. An entry is added only while less than about half of the slots are empty. So many that are armed and soon
//      disarmed, beside few that stay, take no room: they go elsewhere until the run is shorter.
//   5. A slot that holds no entry holds no pointer: who looks for pointers finds none to what has left.
// Whoever owns the run guards it, by one lock.
//
// Rejected: moving the others together when there are too many empty slots (a step that takes milliseconds among a
// million, under a lock); a linked list (it writes into two cold neighbours, and what is due next cannot be fetched
// ahead).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace weft::detail {

template <class T>
class sorted_run {
 public:
  using time = decltype(T::when);

  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  /// The entry that is due first; the run is not empty.
  [[nodiscard]] T* front() const noexcept { return at(begin_).entry; }
  [[nodiscard]] time first_due() const noexcept { return at(begin_).when; }

  /// May an entry that is due then be added?
  [[nodiscard]] bool takes(time when) const noexcept {
    return empty() || (when >= at(end_ - 1).when && end_ - begin_ <= 2 * count_ + slack);
  }

  /// Is this entry, which is in this run or in the heap beside it, in the run? A heap writes smaller positions.
  [[nodiscard]] static bool holds(const T& entry) noexcept { return (entry.position & inside) != 0; }

  /// Adds an entry that the run takes. Throws std::bad_alloc, and then nothing has changed.
  void push(T* entry) {
    if (__builtin_expect(end_ - begin_ == capacity_, 0)) grow();
    at(end_) = {entry->when, entry};
    entry->position = end_ | inside;
    ++end_;
    ++count_;
  }

  /// Forgets all of them, and keeps the room.
  void clear() noexcept {
    for (; begin_ != end_; ++begin_) at(begin_).entry = nullptr;
    count_ = 0;
  }

  /// Takes out an entry that is in this run.
  void remove(const T* entry) noexcept {
    slot& gone = at(entry->position);
    gone.entry = nullptr;
    --count_;
    if (&gone == &at(begin_)) {
      do ++begin_;
      while (begin_ != end_ && at(begin_).entry == nullptr);
      __builtin_prefetch(at(begin_ + ahead).entry);
    } else {
      while (at(end_ - 1).entry == nullptr) --end_;
    }
  }

 private:
  struct slot {
    time when = {};
    T* entry = nullptr;
  };

  static constexpr std::uint32_t inside = std::uint32_t{1} << 31;
  static constexpr std::uint32_t slack = 64;        // empty slots that a short run may have
  static constexpr std::uint32_t ahead = 4;         // who is soon due is fetched
  static constexpr std::uint32_t least_slots = 16;  // a power of two, as all capacities are
  static constexpr std::uint32_t origin = 0 - 64u;  // so that numbers wrap soon, and in every test

  [[nodiscard]] slot& at(std::uint32_t number) const noexcept { return slots_[number & (capacity_ - 1)]; }

  [[gnu::noinline]] void grow() {
    const std::uint32_t larger = capacity_ == 0 ? least_slots : capacity_ * 2;
    auto slots = std::make_unique<slot[]>(larger);
    for (std::uint32_t n = begin_; n != end_; ++n) slots[n & (larger - 1)] = at(n);
    slots_ = std::move(slots);
    capacity_ = larger;
  }

  std::unique_ptr<slot[]> slots_;
  std::uint32_t capacity_ = 0;  // 0 or a power of two
  std::uint32_t begin_ = origin;
  std::uint32_t end_ = origin;
  std::uint32_t count_ = 0;  // entries, which are fewer than slots
};

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// The queue that belongs to no token: what overflows from full rings, what foreign threads wake, and goroutines whose
// worker lost its token. First in, first out, under a word lock.
//
// A list of blocks of pointers, so that moving half a ring in or out copies one array and touches no goroutine: with a
// list through the goroutines themselves, a worker that takes a hundred of a million waits for a hundred cache misses,
// one after the other. Emptied blocks are kept for reuse, up to a few; a new one is allocated outside the lock.
//
// Memory ordering: size_ is written under the lock and read relaxed by workers that look whether there is anything:
// a guess, which matters only before a worker sleeps, and there idle.hpp's fences order it.
#pragma once

#include <cstddef>

#include "park/goroutine.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

class global_queue {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(memory_order_relaxed); }

  void push(goroutine* g) noexcept { push(&g, 1); }

  /// Appends `n` goroutines. Ends the process when memory is exhausted.
  void push(goroutine* const* items, std::size_t n) noexcept;

  /// Takes the `n` oldest, or as many as there are; returns how many.
  std::size_t pop(goroutine** out, std::size_t n) noexcept;

 private:
  struct block {
    static constexpr std::size_t capacity = 509;  // with the rest, 4 KiB
    block* next = nullptr;
    std::size_t first = 0;  // items [first, last) are queued
    std::size_t last = 0;
    goroutine* items[capacity];
  };

  static constexpr std::size_t spares_kept = 8;

  [[nodiscard]] block* new_block() noexcept;
  void add_block_locked(block* added) noexcept;
  void drop_head_locked() noexcept;

  word_lock lock_;
  block* head_ = nullptr;        // under lock_: the block to take from
  block* tail_ = nullptr;        // under lock_: the block to append to
  block* spares_ = nullptr;      // under lock_: empty blocks
  std::size_t spare_count_ = 0;  // under lock_
  atomic<std::size_t> size_{0};  // written under lock_, read by anybody
};

}  // namespace weft::detail

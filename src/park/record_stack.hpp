// SPDX-License-Identifier: Apache-2.0
//
// Free records, the last one freed on top: a list of blocks of pointers. It grows without copying, and touches no
// record: those of a burst have long left the caches. A block has the size of the global queue's, from which a million
// records that end move here one by one, so that the allocator hands the blocks on and the kernel clears no page.
//
// Not thread-safe: the registry's lock guards it. Blocks are never given back to the allocator but one by one, as they
// become empty; one empty block is kept, so that a program that goes up and down at an edge allocates nothing.
#pragma once

#include <cstddef>
#include <new>

namespace weft::detail {

struct goroutine;

class record_stack {
 public:
  /// False: no memory; the record was not taken.
  [[nodiscard]] bool push(goroutine* record) noexcept {
    if (top_ == nullptr || top_->count == block::capacity) {
      block* added = spare_;
      spare_ = nullptr;
      if (added == nullptr) added = new (std::nothrow) block;
      if (added == nullptr) return false;
      added->below = top_;
      added->count = 0;
      top_ = added;
    }
    top_->items[top_->count++] = record;
    return true;
  }

  /// Null: there is none.
  [[nodiscard]] goroutine* pop() noexcept {
    if (top_ == nullptr) return nullptr;
    goroutine* const record = top_->items[--top_->count];
    if (top_->count == 0) {
      block* const empty = top_;
      top_ = empty->below;
      delete spare_;
      spare_ = empty;
    }
    return record;
  }

 private:
  struct block {
    static constexpr std::size_t capacity = 510;  // with the rest, 4 KiB
    block* below;
    std::size_t count;
    goroutine* items[capacity];
  };

  block* top_ = nullptr;    // has items, if there is one
  block* spare_ = nullptr;  // an empty one
};

}  // namespace weft::detail

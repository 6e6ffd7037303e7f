// SPDX-License-Identifier: Apache-2.0
//
// The queue that belongs to no token: what overflows from full rings, what foreign threads wake, and goroutines whose
// worker lost its token. A list through the goroutines' own links, under a word lock.
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

  void push(goroutine& g) noexcept { push_chain(&g, &g, 1); }

  /// Appends `n` goroutines linked by `next` from first to last.
  void push_chain(goroutine* first, goroutine* last, std::size_t n) noexcept {
    last->next = nullptr;
    lock_.lock();
    if (last_ == nullptr) first_ = first;
    else last_->next = first;
    last_ = last;
    size_.store(size_.load(memory_order_relaxed) + n, memory_order_relaxed);
    lock_.unlock();
  }

  /// Takes the `n` oldest, or as many as there are, linked by `next`; `taken` says how many.
  [[nodiscard]] goroutine* pop_chain(std::size_t n, std::size_t& taken) noexcept {
    taken = 0;
    if (size() == 0) return nullptr;
    lock_.lock();
    goroutine* const first = first_;
    goroutine* last = nullptr;
    for (goroutine* g = first; g != nullptr && taken < n; g = g->next) {
      last = g;
      ++taken;
    }
    if (last != nullptr) {
      first_ = last->next;
      if (first_ == nullptr) last_ = nullptr;
      last->next = nullptr;
      size_.store(size_.load(memory_order_relaxed) - taken, memory_order_relaxed);
    }
    lock_.unlock();
    return first;
  }

 private:
  word_lock lock_;
  goroutine* first_ = nullptr;   // under lock_
  goroutine* last_ = nullptr;    // under lock_
  atomic<std::size_t> size_{0};  // written under lock_, read by anybody
};

}  // namespace weft::detail

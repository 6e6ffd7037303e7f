// SPDX-License-Identifier: Apache-2.0
// floor 0
//
// A lock of one word for critical sections of some ten instructions that never park: channels, wait lists, timers.
//
// One exchange takes it (5.5 ns on the reference machine; a compare-exchange costs 10.4) and a plain store frees it,
// so the whole lock costs one locked instruction. The price: a holder cannot know that somebody waits, so waiters
// poll: they spin, then give the processor away (`relax`, os/cpu.cpp), because the holder may have been preempted.
//
// Invariants
//   1. The holder never parks, never calls ready() and never runs user code other than an element's move (C15).
//   2. Whoever needs several takes them in address order (select, L8).
//
// Memory ordering: the exchange in lock() acquires, the store in unlock() releases; each pairs with the other.
//
// Rejected: a lock that lets waiters sleep on the word. Its unlock must be an exchange too (5.4 ns more on every
// channel operation) to learn of the sleepers.
#pragma once

#include "weft/detail/atomic.hpp"

namespace weft::detail {

/// Waits a little while a lock is busy; `round` counts the calls for one wait. Spins first, then yields the thread.
void relax(unsigned round) noexcept;

class word_lock {
 public:
  void lock() noexcept {
    if (__builtin_expect(word_.exchange(1, memory_order_acquire) != 0, 0)) lock_slow();
  }

  [[nodiscard]] bool try_lock() noexcept {
    return word_.load(memory_order_relaxed) == 0 && word_.exchange(1, memory_order_acquire) == 0;
  }

  void unlock() noexcept { word_.store(0, memory_order_release); }

  /// Whether somebody is inside. If not, what those who were inside did is seen: pairs with unlock().
  [[nodiscard]] bool held() const noexcept { return word_.load(memory_order_acquire) != 0; }

 private:
  __attribute__((noinline)) void lock_slow() noexcept {
    unsigned round = 0;
    do {
      while (word_.load(memory_order_relaxed) != 0) relax(round++);
    } while (word_.exchange(1, memory_order_acquire) != 0);
  }

  atomic<unsigned> word_{0};  // 0 free, 1 held; written by whoever takes or frees the lock
};

}  // namespace weft::detail

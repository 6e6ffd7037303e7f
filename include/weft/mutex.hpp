// SPDX-License-Identifier: Apache-2.0
//
// A mutual exclusion lock that blocks the goroutine, not the thread. Lockable: works with std::lock_guard,
// std::unique_lock and std::scoped_lock.
//
//     weft::mutex m;
//     { std::scoped_lock hold(m); ++shared; }
//
// Not recursive, and not owned: one goroutine may lock it and another unlock it (M1). It may be held across anything,
// also operations that block. May be used from goroutines and from other threads.
//
// Fairness: whoever comes while the lock is free gets it, so a busy lock stays on one core; but a waiter that has been
// woken and found the lock taken again is handed it by the next unlock, so nobody waits for ever (M2).
//
// Happens-before: an unlock before every later lock.
//
// Memory ordering: taking `locked` acquires, clearing it releases; the one pairs with the other. try_lock's first look
// and a failed compare-exchange are relaxed, because they only say what to do next.
#pragma once

#include <cstdint>

#include "weft/detail/atomic.hpp"
#include "weft/detail/wait_queue.hpp"

namespace weft {

class mutex {
 public:
  mutex() noexcept = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  /// Blocks until the lock is ours.
  void lock() {
    // One `lock bts`.
    if ((state_.fetch_or(locked, detail::memory_order_acquire) & locked) != 0) [[unlikely]] {
      lock_slow();
    }
  }

  /// Takes the lock if it is free (M3).
  [[nodiscard]] bool try_lock() noexcept {
    return (state_.load(detail::memory_order_relaxed) & locked) == 0 &&
           (state_.fetch_or(locked, detail::memory_order_acquire) & locked) == 0;
  }

  /// Frees the lock. Fatal "sync: unlock of unlocked mutex" if it is free (M4).
  void unlock() {
    std::uint32_t was = locked;
    const bool freed =
        state_.compare_exchange_strong(was, 0, detail::memory_order_release, detail::memory_order_relaxed);
    if (!freed) [[unlikely]] {
      unlock_slow(was);
    }
  }

 private:
  static constexpr std::uint32_t locked = 1;
  static constexpr std::uint32_t waiting = 2;  // the queue is not empty
  static constexpr std::uint32_t waking = 4;   // a waiter has been woken and has not tried the lock yet
  static constexpr std::uint32_t handing = 8;  // the first waiter was woken in vain: unlock hands the lock to it

  void lock_slow();
  [[nodiscard]] bool compete();
  [[nodiscard]] bool wait_again();
  void unlock_slow(std::uint32_t state);
  [[nodiscard]] detail::wait_node* take_waiter(std::uint32_t set);

  detail::atomic<std::uint32_t> state_{0};  // `locked` by everybody; the others under the queue's lock
  detail::wait_queue queue_;
};

}  // namespace weft

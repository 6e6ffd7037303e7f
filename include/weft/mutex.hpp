// SPDX-License-Identifier: Apache-2.0
//
// A mutual exclusion lock that blocks the goroutine, not the thread. Lockable and TimedLockable: works with
// std::lock_guard, std::unique_lock and std::scoped_lock.
//
//     weft::mutex m;
//     { std::scoped_lock hold(m); ++shared; }
//     if (m.lock(ctx)) { std::scoped_lock hold(std::adopt_lock, m); ++shared; }   // or ctx was cancelled
//
// Not recursive, and not owned: one goroutine may lock it and another unlock it (M1). It may be held across anything,
// also operations that block. May be used from goroutines and from other threads. Its destruction while somebody waits
// for it panics: "weft: mutex destroyed while somebody waits for it" (M4).
//
// Fairness: whoever comes while the lock is free gets it, so a busy lock stays on one core; but a waiter that has been
// woken and found the lock taken again is handed it by the next unlock, and while those who are handed it have waited
// for more than a millisecond, everybody in the queue is (M2). So nobody waits for ever, nor for long.
//
// Who waits for a lock that is held by who, in turn, waits for him, is told (D7); and, if the user asks, who tries
// (LL1).
//
// Happens-before: an unlock before every later lock.
//
// Memory ordering: taking `locked` acquires, clearing it releases; the one pairs with the other. try_lock's first look
// and a failed compare-exchange are relaxed, because they only say what to do next.
#pragma once

#include <chrono>
#include <cstdint>

#include "weft/clock.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/attempt.hpp"
#include "weft/detail/made.hpp"
#include "weft/detail/party.hpp"
#include "weft/detail/wait_queue.hpp"
#include "weft/result.hpp"

namespace weft {

class mutex {
 public:
  constexpr mutex(detail::site where = detail::site::here()) noexcept { detail::made(this, where); }
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;
  ~mutex() {
    // relaxed: whoever destroys it must be the only one left
    if ((state_.load(detail::memory_order_relaxed) & (waiting | watched)) != 0) [[unlikely]] {
      end_slow();
    }
  }

  /// Blocks until the lock is ours.
  void lock() {
    // One `lock bts`.
    if ((state_.fetch_or(locked, detail::memory_order_acquire) & locked) != 0) [[unlikely]] {
      static_cast<void>(lock_slow(nullptr));
      return;
    }
    if (!owner_.take()) [[unlikely]]
      taken(true);
  }

  /// The same, until a context is cancelled (M1). errc::cancelled or errc::timed_out: the lock is not ours. A context
  /// that is cancelled already wins over a lock that is free.
  [[nodiscard]] result<void> lock(const detail::wait_limit& limit) {
    return detail::result_of(lock_within(limit), limit);
  }

  /// Takes the lock if it is free (M3).
  [[nodiscard]] bool try_lock() noexcept {
    const bool ours = take_if_free();
    if (!ours && detail::attempts_are_noted()) [[unlikely]]
      detail::note_refused(this, detail::wait_reason::mutex_lock);
    return ours;
  }

  /// Blocks for at most `d`, or until `when`, of any clock; whether the lock is ours (M1). A time that has passed is
  /// one try_lock.
  template <class Rep, class Period>
  [[nodiscard]] bool try_lock_for(const std::chrono::duration<Rep, Period>& d) {
    return take_if_free() || lock_within(detail::within(d)) == detail::wait_end::completed;
  }
  template <class Clock, class Duration>
  [[nodiscard]] bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    return take_if_free() || lock_within(detail::until(when)) == detail::wait_end::completed;
  }

  /// Frees the lock. Fatal "sync: unlock of unlocked mutex" if it is free (M4).
  void unlock() {
    const detail::party_number owner = owner_.who();
    owner_.leave();
    std::uint32_t was = locked;
    const bool freed =
        state_.compare_exchange_strong(was, 0, detail::memory_order_release, detail::memory_order_relaxed);
    if (!freed) [[unlikely]] {
      unlock_slow(was, owner);
    }
  }

 private:
  friend struct mutex_in_model;  // looks at the word

  static constexpr std::uint32_t locked = 1;
  static constexpr std::uint32_t waiting = 2;  // the queue is not empty
  static constexpr std::uint32_t waking =
      4;  // a waiter has been woken and has not tried the lock yet; above: since when
  static constexpr std::uint32_t handing = 8;  // the first waiter has a right to the lock: unlock hands it over

  static constexpr std::uint32_t watched = 16;  // it is known to who watches the order of locks; stays

  [[nodiscard]] bool take_if_free() noexcept {
    const bool ours = (state_.load(detail::memory_order_relaxed) & locked) == 0 &&
                      (state_.fetch_or(locked, detail::memory_order_acquire) & locked) == 0;
    if (ours && !owner_.take()) [[unlikely]]
      taken(false);
    return ours;
  }
  [[nodiscard]] detail::wait_end lock_within(const detail::wait_limit& limit);
  detail::wait_end lock_slow(const detail::wait_limit* limit);
  [[nodiscard]] bool compete();
  void give_up();
  void taken(bool may_have_waited) noexcept;
  void end_slow() noexcept;
  void unlock_slow(std::uint32_t state, detail::party_number owner);
  [[nodiscard]] bool hand_over();
  [[nodiscard]] detail::wait_node* take_waiter();

  [[no_unique_address]] detail::wait_queue queue_;
  detail::atomic<std::uint32_t> state_{0};  // `locked` by everybody; the others under the queue's lock
  [[no_unique_address]] detail::owner_mark owner_;
};

}  // namespace weft

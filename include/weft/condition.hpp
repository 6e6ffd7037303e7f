// SPDX-License-Identifier: Apache-2.0
//
// A condition variable: waits, without a lock, for what somebody will change under the lock, and tell.
//
//     weft::mutex m;
//     weft::condition changed;
//
//     std::unique_lock lock(m);
//     changed.wait(lock, [&] { return !queue.empty(); });   // and elsewhere: queue.push(x); changed.notify_one();
//
// wait() unlocks, blocks until it is notified, and locks again, also when it gives up: it always returns with the lock
// held. Any lock will do that has lock() and unlock(); it must be held, else the exception of its unlock() ends the
// program. May be used from goroutines and from other threads, with or without the lock in notify.
//
// Notifications go to those who wait longest, in the order in which they came to wait; a notification is never lost to
// one who comes later, and nobody returns without one (M9). One that meets somebody who has just given up goes to the
// next. Who must wait for a state rather than for an event should still use a predicate.
//
// A condition may be destroyed when all who wait have been notified, though their wait() has not returned. If somebody
// still waits that panics: "weft: condition destroyed while somebody waits for it".
//
// Happens-before: a notify before the return of the wait that it lets go.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <utility>

#include "weft/clock.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/made.hpp"
#include "weft/detail/wait_queue.hpp"
#include "weft/result.hpp"

namespace weft {

namespace detail {

template <class L>
concept lock_to_wait_with = requires(L& lock) {
  lock.lock();
  lock.unlock();
};

}  // namespace detail

class condition {
 public:
  constexpr condition(detail::site where = detail::site::here()) noexcept { detail::made(this, where); }
  condition(const condition&) = delete;
  condition& operator=(const condition&) = delete;
  ~condition() { queue_.forbid_waiters("weft: condition destroyed while somebody waits for it"); }

  // ---- for a notification ----

  /// Blocks until notified.
  template <detail::lock_to_wait_with L>
  void wait(L& lock) {
    static_cast<void>(wait_once(lock, {}));
  }

  /// The same, until a context is cancelled; or for at most `d`; or until `when`. errc::cancelled or errc::timed_out:
  /// no notification was taken.
  template <detail::lock_to_wait_with L>
  [[nodiscard]] result<void> wait(const detail::wait_limit& limit, L& lock) {
    return detail::result_of(wait_once(lock, limit), limit);
  }
  template <detail::lock_to_wait_with L, class Rep, class Period>
  [[nodiscard]] result<void> wait_for(L& lock, const std::chrono::duration<Rep, Period>& d) {
    return wait(detail::within(d), lock);
  }
  template <detail::lock_to_wait_with L>
  [[nodiscard]] result<void> wait_until(L& lock, clock::time_point when) {
    return wait(detail::until(when), lock);
  }

  // ---- for a predicate, which is called with the lock held ----

  /// Blocks until `holds()`.
  template <detail::lock_to_wait_with L, std::predicate P>
  void wait(L& lock, P holds) {
    while (!holds()) wait(lock);
  }

  /// The same, bounded. Success: it holds. A context that is cancelled wins, whether it holds or not; when time has
  /// passed it is looked at once more.
  template <detail::lock_to_wait_with L, std::predicate P>
  [[nodiscard]] result<void> wait(const detail::wait_limit& limit, L& lock, P holds) {
    if (limit.called_off()) return detail::error_of(detail::wait_end::cancelled, limit);
    while (!holds()) {
      const detail::wait_end end = wait_once(lock, limit);
      if (end == detail::wait_end::completed) continue;
      if (end == detail::wait_end::timed_out && holds()) break;
      return detail::error_of(end, limit);
    }
    return {};
  }
  template <detail::lock_to_wait_with L, class Rep, class Period, std::predicate P>
  [[nodiscard]] result<void> wait_for(L& lock, const std::chrono::duration<Rep, Period>& d, P holds) {
    return wait(detail::within(d), lock, std::move(holds));
  }
  template <detail::lock_to_wait_with L, std::predicate P>
  [[nodiscard]] result<void> wait_until(L& lock, clock::time_point when, P holds) {
    return wait(detail::until(when), lock, std::move(holds));
  }

  /// Lets go the one who waits longest, if anybody waits; or all.
  void notify_one() noexcept;
  void notify_all() noexcept;

 private:
  /// One wait, on the stack of its party. In the queue from before the lock is free, so the order is that in which
  /// parties came under the lock; notified perhaps before it is parked.
  struct ticket : detail::wait_node {
    detail::waiter self;
    detail::atomic<std::uint32_t> meeting{0};  // whoever comes second of its party's commit and its notifier wakes it
  };
  static constexpr std::uint32_t parked = 1;
  static constexpr std::uint32_t notified = 2;

  template <class L>
  [[nodiscard]] detail::wait_end wait_once(L& lock, const detail::wait_limit& limit) {
    if (limit.called_off()) return detail::wait_end::cancelled;
    ticket mine;
    enlist(mine);
    const unlocked meanwhile(lock);
    return block(mine, limit);
  }

  template <class L>
  struct unlocked {
    L& lock;
    explicit unlocked(L& held) noexcept : lock(held) { lock.unlock(); }
    unlocked(const unlocked&) = delete;
    ~unlocked() { lock.lock(); }
  };

  void enlist(ticket& mine) noexcept;
  [[nodiscard]] detail::wait_end block(ticket& mine, const detail::wait_limit& limit);
  static void commit(void* mine);
  [[nodiscard]] static bool take(ticket& first) noexcept;
  static void wake(ticket& taken) noexcept;

  detail::wait_queue queue_;
};

}  // namespace weft

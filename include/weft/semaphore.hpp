// SPDX-License-Identifier: Apache-2.0
//
// A number of units, of which each party takes some and gives them back: a bound on how much goes on at once.
//
//     weft::semaphore downloads(8);
//     weft::go([&] {
//       const weft::semaphore::permit one = downloads.hold();   // released at the end of the block
//       fetch(page);
//     });
//     if (!downloads.acquire(ctx, 3)) return;   // ctx was cancelled
//
// Weighted: acquire(k) takes k units at once. First come, first served: whoever asks for many waits at the head of the
// queue until they are there, and those behind wait too, so nobody starves (E2). Released units go to those who wait,
// at once and directly: no newcomer can take them. May be used from goroutines and from other threads; units belong to
// nobody, any party may release them. A wait for more units than there are ends only by its limit.
//
// Misuse panics: "semaphore: released more than held"; "semaphore: negative number of units"; and the destruction while
// somebody waits.
//
// Happens-before: a release before every acquire that takes units which it has given back.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "weft/clock.hpp"
#include "weft/detail/attempt.hpp"
#include "weft/detail/made.hpp"
#include "weft/detail/wait_queue.hpp"
#include "weft/result.hpp"

namespace weft {

class semaphore {
 public:
  class permit;

  /// With `size` units, all of them free.
  explicit semaphore(std::int64_t size, detail::site where = detail::site::here()) : size_(size), free_(size) {
    require_count(size);
    detail::made(this, where);
  }
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;
  ~semaphore() {
    if (!queue_.empty() || detail::locks_are_noted()) [[unlikely]]
      end_slow();
  }

  /// Blocks until `k` units are ours.
  void acquire(std::int64_t k = 1) {
    if (!take_if_free(k)) static_cast<void>(acquire_slow({}, k));
  }

  /// The same, until a context is cancelled. errc::cancelled or errc::timed_out: nothing was taken. A context that is
  /// cancelled already wins over units that are free.
  [[nodiscard]] result<void> acquire(const detail::wait_limit& limit, std::int64_t k = 1) {
    return detail::result_of(acquire_within(limit, k), limit);
  }

  /// Takes `k` units if they are free and nobody waits.
  [[nodiscard]] bool try_acquire(std::int64_t k = 1) noexcept {
    const bool taken = take_if_free(k);
    if (!taken && detail::attempts_are_noted()) [[unlikely]]
      refused(k);
    return taken;
  }

  /// Blocks for at most `d`, or until `when`, of any clock; whether the units are ours. A time that has passed is one
  /// try.
  template <class Rep, class Period>
  [[nodiscard]] bool try_acquire_for(const std::chrono::duration<Rep, Period>& d, std::int64_t k = 1) {
    return acquire_within(detail::within(d), k) == detail::wait_end::completed;
  }
  template <class Clock, class Duration>
  [[nodiscard]] bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& when, std::int64_t k = 1) {
    return acquire_within(detail::until(when), k) == detail::wait_end::completed;
  }

  /// Gives `k` units back.
  void release(std::int64_t k = 1);

  /// acquire(), with units that are released by a destructor.
  [[nodiscard]] permit hold(std::int64_t k = 1);
  [[nodiscard]] result<permit> hold(const detail::wait_limit& limit, std::int64_t k = 1);

 private:
  [[nodiscard]] bool take_if_free(std::int64_t k) noexcept {
    require_count(k);
    queue_.lock();
    const bool taken = k <= free_ && queue_.empty();
    if (taken) free_ -= k;
    if (taken && detail::locks_are_noted()) [[unlikely]]
      taken_here(k);
    queue_.unlock();
    return taken;
  }
  static void require_count(std::int64_t k) noexcept {
    if (k < 0) [[unlikely]]
      refuse_count();
  }
  [[noreturn]] static void refuse_count() noexcept;
  detail::wait_end acquire_within(const detail::wait_limit& limit, std::int64_t k);
  detail::wait_end acquire_slow(const detail::wait_limit& limit, std::int64_t k);
  void admit_and_unlock();
  void taken_here(std::int64_t k) noexcept;
  void refused(std::int64_t k) const noexcept;
  void end_slow() noexcept;

  const std::int64_t size_;
  std::int64_t free_;         // under the queue's lock
  detail::wait_queue queue_;  // a slot points to the number of units wanted
};

/// Units that are held, until release() or the destructor. Movable; it must not outlive its semaphore.
class [[nodiscard]] semaphore::permit {
 public:
  permit() noexcept = default;  // of nothing
  permit(permit&& other) noexcept
      : from_(std::exchange(other.from_, nullptr)), units_(std::exchange(other.units_, 0)) {}
  permit& operator=(permit&& other) noexcept {
    if (this != &other) {
      release();
      from_ = std::exchange(other.from_, nullptr);
      units_ = std::exchange(other.units_, 0);
    }
    return *this;
  }
  ~permit() { release(); }

  /// Gives the units back now; a second call does nothing.
  void release() {
    if (from_ != nullptr) std::exchange(from_, nullptr)->release(std::exchange(units_, 0));
  }

  [[nodiscard]] std::int64_t units() const noexcept { return units_; }

 private:
  friend semaphore;
  permit(semaphore& from, std::int64_t units) noexcept : from_(&from), units_(units) {}

  semaphore* from_ = nullptr;
  std::int64_t units_ = 0;
};

inline semaphore::permit semaphore::hold(std::int64_t k) {
  acquire(k);
  return permit(*this, k);
}

inline result<semaphore::permit> semaphore::hold(const detail::wait_limit& limit, std::int64_t k) {
  const detail::wait_end end = acquire_within(limit, k);
  if (end != detail::wait_end::completed) return detail::error_of(end, limit);
  return permit(*this, k);
}

}  // namespace weft

// SPDX-License-Identifier: Apache-2.0
//
// Waits for a number of things to be done.
//
//     weft::wait_group all;
//     for (const item& i : items) all.go([&i] { work(i); });
//     all.wait();
//     if (!all.wait_for(2s)) std::puts("some are still at work");
//
// add() the number of things, done() for each, wait() until none is left. go(f) does the first two around a goroutine.
// When one wait() has returned, the wait_group may be used again at once, or destroyed (M8). It must not move or be
// copied, and it must not be destroyed while somebody waits: that panics. A wait with a limit uses the group until it
// has returned, also when it gives up: destroy the group after that.
//
// May be used from goroutines and from other threads. While the count may be zero, call add() before the wait() that is
// to see it, not at the same time. If it comes between the done() that has brought the count to zero and the return of
// those who waited, that panics: "sync: WaitGroup misuse: add called concurrently with wait".
//
// Happens-before: a done() before the return of every wait() that it lets go.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "weft/clock.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/closure.hpp"
#include "weft/detail/made.hpp"
#include "weft/detail/site.hpp"
#include "weft/detail/wait_queue.hpp"
#include "weft/result.hpp"

namespace weft {

class wait_group {
 public:
  constexpr wait_group(detail::site where = detail::site::here()) noexcept { detail::made(this, where); }
  wait_group(const wait_group&) = delete;
  wait_group& operator=(const wait_group&) = delete;
  ~wait_group() {
    // relaxed: whoever destroys it must be the only one left
    if ((state_.load(detail::memory_order_relaxed) & has_waiters) != 0) {
      queue_.forbid_waiters("sync: WaitGroup destroyed while somebody waits for it");
    }
  }

  /// Counts `n` more, or -n fewer. Panics "sync: negative WaitGroup counter" below zero, and "sync: WaitGroup counter
  /// overflow" from 2^62 on.
  void add(std::int64_t n) {
    if (n > most || n < -most) [[unlikely]]
      refuse(n);
    // acq_rel: what was done before done() is seen by him who lets the waiters go, and by them
    const auto was = static_cast<std::uint64_t>(state_.fetch_add(n * one, detail::memory_order_acq_rel));
    const auto now = static_cast<std::int64_t>(was + static_cast<std::uint64_t>(n * one));
    if (now < one) [[unlikely]]
      reached(now, n);
  }

  /// One is done.
  void done() { add(-1); }

  /// Blocks until the count is zero.
  void wait() {
    // acquire: pairs with add, or with the release of the waiters in reached
    if (state_.load(detail::memory_order_acquire) != 0 || queue_.busy()) wait_slow();
  }

  /// The same, but no longer than until the context is cancelled (E2), for a duration, or until a moment (M8.8). A
  /// count that is zero is enough when the time has passed already. Who gives up leaves the group as it was.
  result<void> wait(const detail::wait_limit& limit);
  template <class Rep, class Period>
  result<void> wait_for(const std::chrono::duration<Rep, Period>& d) {
    return wait(detail::within(d));
  }
  result<void> wait_until(clock::time_point when) { return wait(detail::until(when)); }

  /// Calls f() in a new goroutine and counts it: add(1) now, done() when f has returned or left by goexit. If an
  /// exception leaves f, the process ends, and done() is not called: no waiter gets away first.
  template <class F>
  requires std::is_invocable_v < std::decay_t<F>
  & > void go(F&& f, detail::site where = detail::site::here()) {
    detail::require_goroutine_function<std::decay_t<F>>(f);
    detail::goroutine& g =
        detail::make_goroutine_for({where, 0, nullptr}, counted<std::decay_t<F>>{*this, std::forward<F>(f)});
    add(1);
    detail::start(g);
  }

 private:
  static constexpr std::int64_t has_waiters = 1;
  static constexpr std::int64_t one = 2;
  static constexpr std::int64_t most = (std::int64_t{1} << 62) - 1;  // a count; twice as much still fits

  /// The function of a goroutine that go() has started. It is destroyed before done(). An exception that nobody catches
  /// ends the process where it is thrown, without running the destructor of `at_end`.
  template <class F>
  struct counted {
    using is_owed_to_an_object = void;
    wait_group& group;
    std::optional<F> f;

    [[nodiscard]] void* owed_to() const noexcept { return &group; }

    void operator()() {
      struct at_end {
        counted& self;
        ~at_end() {
          self.f.reset();
          self.group.done();
        }
      } end{*this};
      static_cast<void>(std::invoke(*f));
    }
  };

  void reached(std::int64_t now, std::int64_t n);
  void wait_slow();
  [[nodiscard]] detail::wait_end wait_slow(const detail::wait_limit& limit);
  [[nodiscard]] bool mark();
  [[nodiscard]] bool unmark() noexcept;
  [[noreturn]] static void refuse(std::int64_t n);

  detail::atomic<std::int64_t> state_{0};  // twice the count, plus has_waiters, which changes under the queue's lock
  detail::wait_queue queue_;
};

}  // namespace weft

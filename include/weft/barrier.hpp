// SPDX-License-Identifier: Apache-2.0
//
// Where a fixed number of parties wait for each other, again and again.
//
//     weft::barrier step(4, [&] { swap(now, next); });   // the function: once per phase, before anybody goes on
//     for (int part = 0; part < 4; ++part) {
//       all.go([&, part] { for (int i = 0; i < 100; ++i) { compute(part); step.arrive_and_wait(); } });
//     }
//
// A phase is complete when as many have arrived as are expected. Then the last to arrive runs the completion function,
// and all go on; the next phase has begun. The function must not throw (an exception ends the program). May be used
// from goroutines and from other threads.
//
// Who gives up has not arrived: the others wait for it to come again, or for another in its place (M17). When the phase
// is complete already nobody can give up any more: the call waits for the completion function, and succeeds.
//
// Misuse panics: "barrier: more arrive than are expected", "barrier: negative number of parties", "barrier: null
// function", and the destruction while somebody waits.
//
// Happens-before: an arrival before the completion function of its phase, and that before the return of all who waited.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

#include "weft/clock.hpp"
#include "weft/detail/callable.hpp"
#include "weft/detail/made.hpp"
#include "weft/detail/wait_queue.hpp"
#include "weft/result.hpp"

namespace weft {

namespace detail {

struct nothing_to_complete {
  void operator()() const noexcept {}
};

/// The barrier without its function.
class barrier_core {
 public:
  explicit barrier_core(std::int64_t parties);
  barrier_core(const barrier_core&) = delete;
  barrier_core& operator=(const barrier_core&) = delete;
  ~barrier_core() { queue_.forbid_waiters("weft: barrier destroyed while somebody waits for it"); }

  /// Arrives. If it is `last`, the caller runs the function and calls finish(). Otherwise waits.
  [[nodiscard]] wait_end arrive(const wait_limit& limit, bool& last);

  /// Arrives and is not expected again; does not wait. True: is the last.
  [[nodiscard]] bool drop();

  /// Begins the next phase and lets everybody go.
  void finish() noexcept;

 private:
  void require_room();

  std::int64_t expected_;     // under the queue's lock, as the next two
  std::int64_t arrived_ = 0;  // as many as expected: complete, and the function is being run
  std::uint64_t phase_ = 0;
  wait_queue queue_;
};

}  // namespace detail

template <class Completion = detail::nothing_to_complete>
class barrier {
 public:
  /// For so many parties. `completion` is called without arguments.
  explicit barrier(std::int64_t parties, Completion completion = Completion(),
                   detail::site where = detail::site::here())
      : core_(parties), completion_(std::move(completion)) {
    detail::made(&core_, where);
    detail::require_callable<Completion>(completion_, "barrier: null function");
  }

  /// Arrives, and blocks until the phase is complete.
  void arrive_and_wait() { static_cast<void>(pass({})); }

  /// The same, until a context is cancelled, or for at most `d`, or until `when`. errc::cancelled or errc::timed_out:
  /// has not arrived. A context that is cancelled already does not arrive.
  [[nodiscard]] result<void> arrive_and_wait(const detail::wait_limit& limit) {
    return detail::result_of(pass(limit), limit);
  }
  template <class Rep, class Period>
  [[nodiscard]] result<void> arrive_and_wait_for(const std::chrono::duration<Rep, Period>& d) {
    return arrive_and_wait(detail::within(d));
  }
  [[nodiscard]] result<void> arrive_and_wait_until(clock::time_point when) {
    return arrive_and_wait(detail::until(when));
  }

  /// Arrives for this phase, does not wait, and is not expected in the following ones.
  void arrive_and_drop() {
    if (core_.drop()) complete();
  }

 private:
  detail::wait_end pass(const detail::wait_limit& limit) {
    bool last = false;
    const detail::wait_end end = core_.arrive(limit, last);
    if (last) complete();
    return end;
  }

  void complete() noexcept {
    static_cast<void>(std::invoke(completion_));
    core_.finish();
  }

  detail::barrier_core core_;
  Completion completion_;
};

}  // namespace weft

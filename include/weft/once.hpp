// SPDX-License-Identifier: Apache-2.0
//
// Does something once.
//
//     weft::once o;
//     o.call([] { load_tables(); });   // by whoever comes first; the others wait until it has returned (M6)
//     if (!o.call_for(1s, [] { load_tables(); })) std::puts("somebody else is still at it");
//
// If the function leaves by an exception, that counts as done: the exception goes to the caller who ran it, and nobody
// runs it again. A function that calls the same once waits for itself: a deadlock, and reported as such. A null
// function panics "once.call: null function", also when it has been done already.
// When one call has returned, the once may be destroyed; calls that have not returned must be waited for first.
// May be used from goroutines and from other threads. Happens-before: the function's return before every call's return.
// For a function with a result, or one that may fail, see weft/once_value.hpp.
//
// Prefer it to function-local statics whose initialisation may block: the compiler's lock around those blocks threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "weft/clock.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/callable.hpp"
#include "weft/detail/made.hpp"
#include "weft/detail/party.hpp"
#include "weft/detail/wait_queue.hpp"
#include "weft/result.hpp"

namespace weft {

class once {
 public:
  constexpr once(detail::site where = detail::site::here()) noexcept { detail::made(this, where); }
  once(const once&) = delete;
  once& operator=(const once&) = delete;

  template <class F>
  void call(F&& f) {
    detail::require_callable<std::decay_t<F>>(f, "once.call: null function");
    if (is_done()) return;
    if (begin()) run(std::forward<F>(f));
  }

  /// The same, but waits for another's function no longer than until the context is cancelled (E2), for a duration, or
  /// until a moment. Who comes first runs f however long that takes, also when the time has passed already (M6.5).
  template <class F>
  result<void> call(const detail::wait_limit& limit, F&& f) {
    detail::require_callable<std::decay_t<F>>(f, "once.call: null function");
    if (limit.called_off()) return detail::error_of(detail::wait_end::cancelled, limit);
    if (is_done()) return {};
    bool first = false;
    const detail::wait_end end = begin(limit, first);
    if (first) run(std::forward<F>(f));
    if (end != detail::wait_end::completed) return detail::error_of(end, limit);
    return {};
  }
  template <class Rep, class Period, class F>
  result<void> call_for(const std::chrono::duration<Rep, Period>& d, F&& f) {
    return call(detail::within(d), std::forward<F>(f));
  }
  template <class F>
  result<void> call_until(clock::time_point when, F&& f) {
    return call(detail::until(when), std::forward<F>(f));
  }

 private:
  static constexpr std::uint32_t fresh = 0;
  static constexpr std::uint32_t running = 1;
  static constexpr std::uint32_t done = 2;

  struct finish_at_end {
    once& what;
    ~finish_at_end() { what.finish(); }
  };

  template <class F>
  void run(F&& f) {
    const finish_at_end end{*this};
    static_cast<void>(std::invoke(std::forward<F>(f)));
  }

  /// And nobody who finished it is still inside: whoever returns may destroy the once.
  [[nodiscard]] bool is_done() const noexcept {
    return state_.load(detail::memory_order_acquire) == done && !queue_.busy();  // acquire: pairs with finish
  }

  /// True: the caller is the one. False: it has been done by now.
  [[nodiscard]] bool begin();
  [[nodiscard]] detail::wait_end begin(const detail::wait_limit& limit, bool& first);
  [[nodiscard]] bool begin_locked() noexcept;
  void finish() noexcept;

  [[no_unique_address]] detail::wait_queue queue_;
  detail::atomic<std::uint32_t> state_{fresh};      // written under the queue's lock
  [[no_unique_address]] detail::owner_mark owner_;  // who runs the function
};

}  // namespace weft

// SPDX-License-Identifier: Apache-2.0
//
// Does something once.
//
//     weft::once o;
//     o.call([] { load_tables(); });   // by whoever comes first; the others wait until it has returned (M6)
//
// If the function leaves by an exception, that counts as done: the exception goes to the caller who ran it, and nobody
// runs it again. A function that calls the same once waits for itself: a deadlock, and reported as such. A null
// function panics "once.call: null function", unless it has been done already.
// May be used from goroutines and from other threads. Happens-before: the function's return before every call's return.
//
// Prefer it to function-local statics whose initialisation may block: the compiler's lock around those blocks threads.
#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "weft/detail/atomic.hpp"
#include "weft/detail/callable.hpp"
#include "weft/detail/wait_queue.hpp"

namespace weft {

class once {
 public:
  once() noexcept = default;
  once(const once&) = delete;
  once& operator=(const once&) = delete;

  template <class F>
  void call(F&& f) {
    if (state_.load(detail::memory_order_acquire) == done) return;  // acquire: pairs with finish
    detail::require_callable<std::decay_t<F>>(f, "once.call: null function");
    if (!begin()) return;
    const finish_at_end end{*this};
    static_cast<void>(std::invoke(std::forward<F>(f)));
  }

 private:
  static constexpr std::uint32_t fresh = 0;
  static constexpr std::uint32_t running = 1;
  static constexpr std::uint32_t done = 2;

  struct finish_at_end {
    once& what;
    ~finish_at_end() { what.finish(); }
  };

  /// True: the caller is the one. False: it has been done by now.
  bool begin();
  void finish() noexcept;

  detail::atomic<std::uint32_t> state_{fresh};  // written under the queue's lock
  detail::wait_queue queue_;
};

}  // namespace weft

// SPDX-License-Identifier: Apache-2.0
//
// Calls that block the thread.
//
//     std::string line = weft::blocking([] { return read_line_from_terminal(); });
//
// blocking(f) calls f() at once, on the same thread, and returns its result or passes on its exception. Meanwhile
// another thread may run the other goroutines in this worker's place. Without it they also go on, but only after the
// watchdog has noticed (about 10 ms). f must not use weft's blocking operations. On a thread that is no worker it is
// just a call. A null function panics "blocking: null function".
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "weft/detail/callable.hpp"
#include "weft/detail/park.hpp"

namespace weft {

template <class F>
decltype(auto) blocking(F&& f) {
  struct bracket {
    bracket() noexcept { detail::enter_blocking(); }
    bracket(const bracket&) = delete;
    bracket& operator=(const bracket&) = delete;
    ~bracket() { detail::exit_blocking(); }
  };
  detail::require_callable<std::decay_t<F>>(f, "blocking: null function");
  const bracket around;
  return std::invoke(std::forward<F>(f));
}

}  // namespace weft

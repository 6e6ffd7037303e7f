// SPDX-License-Identifier: Apache-2.0
// floor 0
//
// Functions that are not there: a null function pointer or an empty std::function, given where one is called for. They
// are refused by the call that is given them, before it does anything, in words that name it. For lambdas and other
// classes that cannot be empty there is nothing to check, and no code.
#pragma once

#include <type_traits>

#include "weft/detail/panic.hpp"

namespace weft::detail {

/// A callable that can be empty, as std::function is. (A lambda without captures also compares with nullptr, through
/// its conversion to a pointer, but is never empty: hence the member operator bool.)
template <class F>
concept nullable_callable = requires(const F& f) {
  f == nullptr;
  f.operator bool();
};

template <class F>
[[nodiscard]] bool is_null_callable(const F& f) noexcept {
  if constexpr (std::is_pointer_v<F> || std::is_member_pointer_v<F> || nullable_callable<F>) {
    return f == nullptr;
  } else {
    return false;
  }
}

/// For what starts goroutines: Go's text (reference G2).
template <class F>
void require_goroutine_function(const F& f) noexcept {
  if (is_null_callable<F>(f)) fatal("go of nil func value");
}

/// For all others: `message` names the call, as in "once.call: null function".
template <class F>
void require_callable(const F& f, const char* message) noexcept {
  if (is_null_callable<F>(f)) panic(message);
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// Puts any callable into a closure, which is what a goroutine runs (park.hpp). Callables of up to
// closure::inline_size bytes live inside the goroutine's record; larger or over-aligned ones on the heap, with their
// address in the record.
//
// The callable is destroyed exactly once: when the call has returned or is unwound by an exception, on the goroutine's
// own stack, or without a call if the goroutine never ran.
#pragma once

#include <functional>
#include <new>
#include <type_traits>
#include <utility>

#include "weft/detail/callable.hpp"
#include "weft/detail/park.hpp"

namespace weft::detail {

template <class F>
inline constexpr bool fits_closure = sizeof(F) <= closure::inline_size && alignof(F) <= 8;

template <class F>
[[nodiscard]] F* callable_in(closure& c) noexcept {
  if constexpr (fits_closure<F>) {
    return std::launder(reinterpret_cast<F*>(c.bytes));
  } else {
    return *std::launder(reinterpret_cast<F**>(c.bytes));
  }
}

template <class F>
void destroy_callable(closure& c) noexcept {
  if constexpr (fits_closure<F>) {
    callable_in<F>(c)->~F();
  } else {
    delete callable_in<F>(c);
  }
}

/// A callable of weft's own whose end somebody waits for: owed_to() names the object.
template <class F>
concept indebted = requires {
  typename F::is_owed_to_an_object;
};

/// One whose end a single goroutine may wait for: list_waiter() has that listed, and returns its record, or null.
template <class F>
concept awaited_by_one = requires {
  typename F::is_awaited_by_one;
};

template <class F>
void* use_callable(closure& c, closure_use how) {
  if (how == closure_use::owes) {
    if constexpr (indebted<F>) {
      return callable_in<F>(c)->owed_to();
    } else {
      return nullptr;
    }
  }
  if (how == closure_use::awaited) {
    if constexpr (awaited_by_one<F>) {
      return callable_in<F>(c)->list_waiter();
    } else {
      return nullptr;
    }
  }
  struct destroyer {
    closure& c;
    ~destroyer() { destroy_callable<F>(c); }
  } at_end{c};
  if (how == closure_use::call) static_cast<void>(std::invoke(*callable_in<F>(c)));
  return nullptr;
}

/// Constructs `f` (moved or copied) in `c`, which must be empty. Whatever the callable's constructor throws comes out,
/// and `c` is then still empty.
template <class F>
void emplace_closure(closure& c, F&& f) {
  using callable = std::decay_t<F>;
  static_assert(std::is_invocable_v<callable&>, "weft: go, spawn: the function must be callable without arguments");
  require_goroutine_function<callable>(f);
  if constexpr (fits_closure<callable>) {
    ::new (static_cast<void*>(c.bytes)) callable(std::forward<F>(f));
  } else {
    ::new (static_cast<void*>(c.bytes)) callable*(new callable(std::forward<F>(f)));
  }
  c.use = use_callable<callable>;
}

/// A goroutine that calls `f`, not yet started. If constructing the callable throws, nothing is left behind.
template <class F>
[[nodiscard]] goroutine& make_goroutine_for(const start_options& options, F&& f) {
  struct unstarted {
    goroutine* g;
    ~unstarted() {
      if (g != nullptr) discard(*g);
    }
  } made{make_goroutine(options)};
  emplace_closure(closure_of(*made.g), std::forward<F>(f));
  return *std::exchange(made.g, nullptr);
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "weft/detail/callable.hpp"

namespace weft {

namespace detail {
/// Calls f(arg) with at least `bytes` of stack below it.
void with_stack(std::size_t bytes, void (*f)(void* arg), void* arg);
}  // namespace detail

/// Calls f() with at least `bytes` of stack left, and returns its result: in place if there is so much, otherwise on a
/// further segment of the same goroutine, which is given back when f returns. A recursion that calls it at each level
/// goes on to 1 GiB of stack from an ordinary goroutine:
///
///     long depth(node* n) {
///       return weft::ensure_stack(16 * 1024, [&] { return n ? 1 + depth(n->next) : 0; });
///     }
///
/// Segments double, so the cost of a new one (some microseconds, and a page fault per page touched) is spread over the
/// depth. Exceptions pass through. f may park, be woken on another worker, and everything else that a goroutine may.
///
/// Callers: goroutines and foreign threads. Errors: more than 1 GiB less 16 KiB in one call panics, and so does a null
/// function: "ensure_stack: null function"; memory exhausted is fatal. Source: reference S3, S4.
template <class F>
auto ensure_stack(std::size_t bytes, F&& f) -> std::invoke_result_t<F&> {
  using result = std::invoke_result_t<F&>;
  using function = std::remove_reference_t<F>;
  detail::require_callable<std::decay_t<F>>(f, "ensure_stack: null function");
  if constexpr (std::is_void_v<result>) {
    struct call {
      function& f;
    } c{f};
    detail::with_stack(
        bytes, [](void* passed) { static_cast<call*>(passed)->f(); }, &c);
  } else if constexpr (std::is_reference_v<result>) {
    struct call {
      function& f;
      std::remove_reference_t<result>* value;
      void operator()() {
        auto&& referred = f();
        value = std::addressof(referred);
      }
    } c{f, nullptr};
    detail::with_stack(
        bytes, [](void* passed) { (*static_cast<call*>(passed))(); }, &c);
    return static_cast<result>(*c.value);
  } else {
    struct call {
      function& f;
      std::optional<result> value;
      void operator()() { value.emplace(f()); }
    } c{f, std::nullopt};
    detail::with_stack(
        bytes, [](void* passed) { (*static_cast<call*>(passed))(); }, &c);
    return std::move(*c.value);
  }
}

}  // namespace weft

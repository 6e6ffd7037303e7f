// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/detail/closure.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/site.hpp"

namespace weft {

struct go_options {
  /// Bytes of stack, up to 1 GiB; address space that is committed as it is touched. Not given: 256 KiB.
  /// 0 or more than 1 GiB panics.
  std::size_t stack = default_stack;
  /// A name for reports: a string that lives as long as the program. Not copied.
  const char* label = nullptr;

  static constexpr std::size_t default_stack = ~std::size_t{0};
};

namespace detail {
/// Checks the options of the public calls and turns them into those of the waist.
[[nodiscard]] start_options checked(const go_options& options, site where);
}  // namespace detail

/// Starts a goroutine that calls f() (G1). f is moved or copied into it before go returns, so capture by value; its
/// result is ignored. The goroutine starts later; go returns at once. What the caller did before go happens before
/// f's first step. Nothing happens after f's end for others to see: to wait for it use a channel, a wait_group or
/// spawn() (G6).
///
/// May be called from goroutines and from any thread. The first call starts the runtime; under a running run() it is
/// the same runtime.
///
/// Errors: a null function is fatal: "go of nil func value", exit 2 (G2). An exception that leaves f ends the process
/// with a report and exit status 2 (G11).
///
///     weft::go([=] { results.send(work(item)); });
template <class F>
requires std::is_invocable_v < std::decay_t<F>
& > void go(F&& f, detail::site where = detail::site::here()) {
  detail::start(detail::make_goroutine_for({where, 0, nullptr}, std::forward<F>(f)));
}

/// The same with a stack size or a label: go({.stack = 64 << 20}, [] { deep_recursion(); }).
template <class F>
requires std::is_invocable_v < std::decay_t<F>
& > void go(const go_options& options, F&& f, detail::site where = detail::site::here()) {
  detail::start(detail::make_goroutine_for(detail::checked(options, where), std::forward<F>(f)));
}

/// Lets others run: the goroutine goes to the back of its worker's queue (G10). On a foreign thread it gives the
/// processor away.
inline void yield() noexcept { detail::yield(); }

/// Ends the calling goroutine after running the destructors of its stack (G9). In main the program goes on without
/// it; when no goroutine is left, that is fatal. Implemented as an exception that no handler names: a catch (...) that
/// does not rethrow it panics. On a foreign thread it panics.
[[noreturn]] void goexit();

/// Reports a bug: "panic: message", the goroutine and its stack on standard error, exit status 2 (G11). Not catchable.
[[noreturn]] void panic(std::string_view message);

}  // namespace weft

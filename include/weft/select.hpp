// SPDX-License-Identifier: Apache-2.0
//
// Select: waits for several channel operations and does exactly one of them, as Go's select statement.
//
//     weft::select(
//         weft::on_recv(numbers, [&](std::optional<int> n) { use(n); }),   // nullopt: closed and drained
//         weft::on_send(results, next, [&] { ++sent; }),
//         weft::otherwise([&] { std::puts("nothing is ready"); }));        // Go's default
//
// Returns the index of the case that ran, counting all arguments from 0, so that `switch` may take the place of
// handlers: on_recv(c) and on_send(c, v) do without. A receive's handler takes a std::optional<T> or nothing.
//
// What is guaranteed
//   Exactly one case happens. If several are ready, each is equally likely (L2). Without `otherwise` the call blocks
//   until one is ready; with it, `otherwise` runs only if at one instant during the call no case was ready (L3). A
//   value offered to on_send is moved out only if its case is chosen. A case on a null handle is never ready; if no
//   case ever can be, the call blocks for ever (L5). A chosen send on a closed channel panics (L7). One channel may
//   occur in several cases, also to send and to receive: a select never meets itself (L6).
//   The handler runs after all this, outside of any lock: it may do anything, also assign to the handles.
//
// Order of evaluation (L1). The operands are evaluated once, before select is entered. But C++ does not say in which
// order the arguments of a function are evaluated; g++ begins with the last. Where the operands have side effects whose
// order matters, use braces, in which C++ goes from left to right:
//
//     weft::select(weft::cases{weft::on_send{outputs(), next()}, weft::on_send{others(), next()}});
//
// Giving up. A select that takes a context first, select_for and select_until end without any case when the context is
// cancelled or the time has come, and then return the reason (weft/error.hpp); no handler runs, and nothing has been
// sent or received (L11):
//
//     weft::result<std::size_t> n = weft::select_for(50ms, weft::on_recv(answers, use));
//     if (n.error() == weft::errc::timed_out) ...
//
// A context that is cancelled already wins over cases that are ready; a time that has passed does not. With null
// channels only they wait for their limit. `otherwise` is refused when compiled: such a select never waits.
//
// The cases refer to the handles, and a select uses them up: write them where select is called. A case with a name is
// refused when compiled. A null handler, such as an empty std::function, panics where the case is made: "on_recv: null
// handler", "on_send: null handler", "otherwise: null handler". May be called from goroutines and from other threads.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "weft/chan.hpp"
#include "weft/clock.hpp"
#include "weft/detail/callable.hpp"
#include "weft/detail/select_core.hpp"
#include "weft/result.hpp"

namespace weft {

namespace detail {

struct case_access;

struct do_nothing {
  void operator()() const noexcept {}
};

/// Empties `received` into the result. Out of line for what cannot be copied as bytes: g++ 12 would otherwise take the
/// parameter of a handler that knows there is a value for uninitialised.
template <class T>
[[nodiscard]] __attribute__((noinline)) std::optional<T> take_object(std::optional<T>& received) noexcept {
  std::optional<T> taken = std::move(received);
  received.reset();
  return taken;
}

template <class T>
[[nodiscard]] std::optional<T> take_received(std::optional<T>& received) noexcept {
  if constexpr (std::is_trivially_copyable_v<T>) {
    return std::exchange(received, std::nullopt);
  } else {
    return take_object(received);
  }
}

/// Passes what was received to a handler that wants it. `received` is then free for others: the handler may use its
/// case again.
template <class F, class T>
void handle_received(F& handler, std::optional<T>& received) {
  static_assert(std::is_invocable_v<F&, std::optional<T>> || std::is_invocable_v<F&>,
                "weft: the handler of on_recv takes a std::optional<T>, or nothing");
  if constexpr (std::is_invocable_v<F&, std::optional<T>>) {
    handler(take_received(received));
  } else {
    received.reset();
    handler();
  }
}

/// What all arguments of select have in common.
struct select_argument {};

template <class C>
concept some_case = std::derived_from<std::remove_cvref_t<C>, select_argument>;

}  // namespace detail

/// A case that receives from `from`.
template <class T, class F = detail::do_nothing>
class [[nodiscard]] on_recv : public detail::select_argument {
 public:
  template <detail::direction D>
  on_recv(const detail::channel_handle<T, D>& from, F handler = {}) requires(D != detail::direction::send)
      : channel_(detail::channel_access::core(from)), handler_(std::move(handler)) {
    detail::require_callable(handler_, "on_recv: null handler");
  }

 private:
  friend struct detail::case_access;
  static constexpr bool is_channel = true;
  static constexpr auto nil_reason = detail::wait_reason::chan_receive_nil;

  [[nodiscard]] detail::select_case describe() noexcept { return {channel_, &received_, false}; }
  void operate() { channel_->recv_into(received_); }
  [[nodiscard]] bool try_operate() { return channel_->try_recv(received_); }
  void handle() { detail::handle_received(handler_, received_); }

  detail::channel_of<T>* channel_;
  F handler_;
  std::optional<T> received_;
};

/// A case that sends `value` to `to`.
template <class T, class F = detail::do_nothing>
class [[nodiscard]] on_send : public detail::select_argument {
  static_assert(std::is_invocable_v<F&>, "weft: the handler of on_send takes no argument");

 public:
  template <detail::direction D>
  on_send(const detail::channel_handle<T, D>& to, std::type_identity_t<T> value,
          F handler = {}) requires(D != detail::direction::recv)
      : channel_(detail::channel_access::core(to)), value_(std::move(value)), handler_(std::move(handler)) {
    detail::require_callable(handler_, "on_send: null handler");
  }

 private:
  friend struct detail::case_access;
  static constexpr bool is_channel = true;
  static constexpr auto nil_reason = detail::wait_reason::chan_send_nil;

  [[nodiscard]] detail::select_case describe() noexcept { return {channel_, std::addressof(value_), true}; }
  void operate() { channel_->send(value_); }
  [[nodiscard]] bool try_operate() { return channel_->try_send(value_); }
  void handle() { handler_(); }

  detail::channel_of<T>* channel_;
  T value_;
  F handler_;
};

/// The case that runs when no other is ready: Go's default.
template <class F = detail::do_nothing>
class [[nodiscard]] otherwise : public detail::select_argument {
  static_assert(std::is_invocable_v<F&>, "weft: the handler of otherwise takes no argument");

 public:
  explicit otherwise(F handler = {}) : handler_(std::move(handler)) {
    detail::require_callable(handler_, "otherwise: null handler");
  }

 private:
  friend struct detail::case_access;
  static constexpr bool is_channel = false;
  void handle() { handler_(); }

  F handler_;
};

/// Cases whose operands are evaluated from left to right; see above.
template <class... Case>
struct cases {
  static_assert((!std::is_lvalue_reference_v<Case> && ...),
                "weft: a case is used up by its select: write on_recv(...) or on_send(...) between the braces, "
                "not the name of one");
  explicit cases(Case&&... c) noexcept : all(c...) {}
  std::tuple<Case&...> all;
};
template <class... Case>
cases(Case&&...) -> cases<Case...>;

namespace detail {

/// The half of select that knows the types of its cases.
struct case_access {
  /// The argument position of each channel case, and, last, of the default.
  template <class... Case>
  [[nodiscard]] static constexpr auto positions() {
    std::array<std::size_t, sizeof...(Case) + 1> found{};
    std::size_t channels = 0;
    std::size_t argument = 0;
    ((Case::is_channel ? found[channels++] = argument++ : found[sizeof...(Case)] = argument++), ...);
    return found;
  }

  template <class C>
  static void describe(C& c, select_case*& into) {
    if constexpr (C::is_channel) *into++ = c.describe();
  }

  /// A single case without default is the plain operation, with default the plain try (L9).
  template <class C>
  static void choose_single(C& only, bool may_block, std::size_t& chosen) {
    if constexpr (C::is_channel) {
      if (may_block) {
        if (only.channel_ == nullptr) block_for_ever(C::nil_reason);
        only.operate();
        chosen = 0;
      } else if (only.channel_ != nullptr && only.try_operate()) {
        chosen = 0;
      }
    }
  }

  /// The argument position of the case that happened.
  template <class... Case>
  [[nodiscard]] static std::size_t choose_argument(Case&... c) {
    constexpr std::size_t channels = (std::size_t{Case::is_channel} + ... + 0);
    static_assert(channels + 1 >= sizeof...(Case), "weft: a select has at most one otherwise");
    constexpr bool may_block = channels == sizeof...(Case);
    std::size_t chosen = no_case;
    if constexpr (channels == 0) {
      if constexpr (may_block) block_for_ever(wait_reason::select_no_cases);
    } else if constexpr (channels == 1) {
      (choose_single(c, may_block, chosen), ...);
    } else {
      select_case described[channels];
      select_case* next = described;
      (describe(c, next), ...);
      chosen = choose(described, may_block);
    }
    return positions<Case...>()[chosen == no_case ? sizeof...(Case) : chosen];
  }

  /// The same until the limit.
  template <class... Case>
  [[nodiscard]] static wait_end choose_argument_within(const wait_limit& limit, std::size_t& chosen, Case&... c) {
    static_assert((Case::is_channel && ...), "weft: a select with otherwise never waits: a limit has no place there");
    if constexpr (sizeof...(Case) == 0) {
      return wait_in_vain(wait_reason::select_no_cases, limit);
    } else {
      const select_case described[] = {c.describe()...};
      return choose_within(described, limit, chosen);
    }
  }

  /// Runs the handler of the case at `chosen`.
  template <class... Case>
  static void handle_chosen(std::size_t chosen, Case&... c) {
    std::size_t position = 0;
    (void)((position++ == chosen && (c.handle(), true)) || ...);
  }
};

}  // namespace detail

/// Does exactly one of the cases; see above. Returns its position among the arguments.
template <detail::some_case... Case>
std::size_t select(Case&&... c) {
  static_assert((!std::is_lvalue_reference_v<Case> && ...),
                "weft: a case is used up by its select: write on_recv(...) or on_send(...) in the call, not the name "
                "of one");
  const std::size_t chosen = detail::case_access::choose_argument(c...);
  detail::case_access::handle_chosen(chosen, c...);
  return chosen;
}

/// The same until the limit, which is made from a context: the position of the case that happened, or why none has.
template <detail::some_case... Case>
result<std::size_t> select(const detail::wait_limit& limit, Case&&... c) {
  static_assert((!std::is_lvalue_reference_v<Case> && ...),
                "weft: a case is used up by its select: write on_recv(...) or on_send(...) in the call, not the name "
                "of one");
  std::size_t chosen = detail::no_case;
  const detail::wait_end end = detail::case_access::choose_argument_within(limit, chosen, c...);
  if (end != detail::wait_end::completed) return detail::error_of(end, limit);
  detail::case_access::handle_chosen(chosen, c...);
  return chosen;
}

/// The same for at most `d`.
template <class Rep, class Period, detail::some_case... Case>
result<std::size_t> select_for(const std::chrono::duration<Rep, Period>& d, Case&&... c) {
  return select(detail::within(d), std::forward<Case>(c)...);
}

/// The same until `when` at the latest.
template <detail::some_case... Case>
result<std::size_t> select_until(clock::time_point when, Case&&... c) {
  return select(detail::until(when), std::forward<Case>(c)...);
}

/// The same for operands that must be evaluated from left to right.
template <class... Case>
std::size_t select(cases<Case...>&& c) {
  return std::apply([](auto&... each) { return select(std::move(each)...); }, c.all);
}

template <class... Case>
result<std::size_t> select(const detail::wait_limit& limit, cases<Case...>&& c) {
  return std::apply([&](auto&... each) { return select(limit, std::move(each)...); }, c.all);
}
template <class Rep, class Period, class... Case>
result<std::size_t> select_for(const std::chrono::duration<Rep, Period>& d, cases<Case...>&& c) {
  return select(detail::within(d), std::move(c));
}
template <class... Case>
result<std::size_t> select_until(clock::time_point when, cases<Case...>&& c) {
  return select(detail::until(when), std::move(c));
}

/// Cases in braces are written in the call, too.
template <class... Case>
std::size_t select(cases<Case...>&) = delete;

}  // namespace weft

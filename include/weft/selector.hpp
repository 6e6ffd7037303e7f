// SPDX-License-Identifier: Apache-2.0
//
// A select whose cases are made while the program runs, Go's reflect.Select (L10): at most 65536 of them.
//
//     weft::selector s;
//     for (const weft::receiver<int>& worker : workers) s.on_recv(worker, [&](std::optional<int> v) { collect(v); });
//     while (open > 0) s.wait();
//
// Cases are evaluated in the order in which they are added, and keep their handles alive. wait() does exactly one of
// them, with all guarantees of select (weft/select.hpp), runs its handler and returns its index in the order of adding;
// it may be called again and again. A value that can be copied is offered anew by each wait() (see offer_copies); one
// that can only be moved is offered until it has been sent, after which its case is never ready. Between waits the
// selector keeps nothing of what was received, and no copy of what was offered.
//
// wait_for, wait_until and wait with a context give up in time, as those of select do.
//
// A selector belongs to one goroutine or thread at a time. It can be moved, and is then as new. A handler may use the
// selector, also to add cases and to wait, except that it must not clear, move or assign it.
//
// A null handler, such as an empty std::function, panics where it is added: "on_recv: null handler", "on_send: null
// handler", "otherwise: null handler".
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/chan.hpp"
#include "weft/clock.hpp"
#include "weft/detail/callable.hpp"
#include "weft/result.hpp"
#include "weft/select.hpp"

namespace weft {

namespace detail {

/// What owns its elements, and is not its own element.
template <class T>
concept container = requires {
  requires !std::is_same_v<T, typename T::value_type>;
  requires requires { typename T::allocator_type; } || requires {
    typename T::container_type;
  };
};

/// Containers, pairs and optionals say that they can be copied, or have a copy constructor that does not compile, if
/// what is in them cannot.
template <class T>
struct copies_in_truth : std::is_copy_constructible<T> {};
template <container T>
struct copies_in_truth<T> : std::conjunction<std::is_copy_constructible<T>, copies_in_truth<typename T::value_type>> {};
template <class A, class B>
struct copies_in_truth<std::pair<A, B>> : std::conjunction<copies_in_truth<A>, copies_in_truth<B>> {};
template <class... A>
struct copies_in_truth<std::tuple<A...>> : std::conjunction<copies_in_truth<A>...> {};
template <class T>
struct copies_in_truth<std::optional<T>> : copies_in_truth<T> {};

}  // namespace detail

/// Whether a selector offers copies of a T, and so sends its value again and again, or moves it out when it is sent,
/// once (L10.4). True for what can be copied; a container can if its elements can. For a type of your own whose copy
/// constructor is declared but does not compile, as that of a struct with a std::vector<std::unique_ptr<int>> in it:
///
///     template <>
///     inline constexpr bool weft::offer_copies<batch> = false;
template <class T>
inline constexpr bool offer_copies = detail::copies_in_truth<T>::value;

namespace detail {

/// A case of a selector. `describe` prepares one wait(), `settle` ends it for all, `handle` follows for the one chosen.
class dynamic_case {
 public:
  virtual ~dynamic_case() = default;
  [[nodiscard]] virtual select_case describe() = 0;
  virtual void settle(bool /*chosen*/) noexcept {}
  virtual void handle() = 0;
};

template <class T, direction D, class F>
class dynamic_recv final : public dynamic_case {
 public:
  dynamic_recv(const channel_handle<T, D>& from, F handler) : from_(from), handler_(std::move(handler)) {
    require_callable(handler_, "on_recv: null handler");
  }

  [[nodiscard]] select_case describe() override { return {channel_access::core(from_), &received_, false}; }
  void handle() override { handle_received(handler_, received_); }

 private:
  const channel_handle<T, D> from_;
  F handler_;
  std::optional<T> received_;  // empty between waits
};

template <class T, direction D, class F>
class dynamic_send final : public dynamic_case {
  static_assert(std::is_invocable_v<F&>, "weft: the handler of on_send takes no argument");

 public:
  dynamic_send(const channel_handle<T, D>& to, T value, F handler)
      : to_(to), value_(std::move(value)), handler_(std::move(handler)) {
    require_callable(handler_, "on_send: null handler");
  }

  [[nodiscard]] select_case describe() override {
    if (!value_) return {nullptr, nullptr, true};
    if constexpr (offer_copies<T>) {
      offered_.emplace(*value_);
      return {channel_access::core(to_), std::addressof(*offered_), true};
    } else {
      return {channel_access::core(to_), std::addressof(*value_), true};
    }
  }
  void settle(bool chosen) noexcept override {
    offered_.reset();
    if (chosen && !offer_copies<T>) value_.reset();
  }
  void handle() override { handler_(); }

 private:
  const channel_handle<T, D> to_;
  std::optional<T> value_;    // what was given
  std::optional<T> offered_;  // its copy for one wait()
  F handler_;
};

template <class F>
class dynamic_default final : public dynamic_case {
  static_assert(std::is_invocable_v<F&>, "weft: the handler of otherwise takes no argument");

 public:
  explicit dynamic_default(F handler) : handler_(std::move(handler)) {
    require_callable(handler_, "otherwise: null handler");
  }
  [[nodiscard]] select_case describe() override { return {nullptr, nullptr, false}; }
  void handle() override { handler_(); }

 private:
  F handler_;
};

}  // namespace detail

class selector {
 public:
  selector() noexcept = default;
  selector(selector&& other) noexcept;
  selector& operator=(selector&& other) noexcept;
  ~selector() = default;

  /// Adds a case that receives. The handler takes a std::optional<T>, or nothing.
  template <class T, detail::direction D, class F = detail::do_nothing>
  void on_recv(const detail::channel_handle<T, D>& from, F&& handler = {}) requires(D != detail::direction::send) {
    add(std::make_unique<detail::dynamic_recv<T, D, std::decay_t<F>>>(from, std::forward<F>(handler)));
  }

  /// Adds a case that sends `value`.
  template <class T, detail::direction D, class F = detail::do_nothing>
  void on_send(const detail::channel_handle<T, D>& to, std::type_identity_t<T> value,
               F&& handler = {}) requires(D != detail::direction::recv) {
    add(std::make_unique<detail::dynamic_send<T, D, std::decay_t<F>>>(to, std::move(value), std::forward<F>(handler)));
  }

  /// Adds the case that runs when no other is ready. At most one; a second panics.
  template <class F = detail::do_nothing>
  void otherwise(F&& handler = {}) {
    if (default_ != detail::no_case) detail::panic("weft: a selector has at most one otherwise");
    const std::size_t place = cases_.size();
    add(std::make_unique<detail::dynamic_default<std::decay_t<F>>>(std::forward<F>(handler)));
    default_ = place;
  }

  /// Does exactly one of the cases, runs its handler and returns its index. Blocks until one is ready, for ever if none
  /// can be, unless there is an otherwise.
  std::size_t wait();

  /// The same, but given up at the limit: a context, a duration or a moment, see weft/error.hpp. Then no case has
  /// happened, and values that can only be moved are still the selector's. Panics if there is an otherwise: such a
  /// selector never waits.
  result<std::size_t> wait(const detail::wait_limit& limit);
  template <class Rep, class Period>
  result<std::size_t> wait_for(const std::chrono::duration<Rep, Period>& d) {
    return wait(detail::within(d));
  }
  result<std::size_t> wait_until(clock::time_point when) { return wait(detail::until(when)); }

  /// Forgets all cases.
  void clear() noexcept;

  /// The number of cases.
  [[nodiscard]] std::size_t size() const noexcept { return cases_.size(); }

 private:
  void add(std::unique_ptr<detail::dynamic_case> added);
  void describe_all();
  void finish(std::size_t chosen);

  std::vector<std::unique_ptr<detail::dynamic_case>> cases_;
  std::size_t default_ = detail::no_case;
  // Room for one wait(), kept for the next.
  std::vector<detail::select_case> described_;
  std::vector<detail::wait_node> nodes_;
  std::vector<detail::channel_core*> channels_;
};

}  // namespace weft

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
// order the arguments of a function are evaluated. Where the operands have side effects whose order matters, write the
// cases in braces, which are evaluated from left to right:
//
//     weft::select(weft::cases{weft::on_send(c, next()), weft::on_send(d, next())});
//
// The cases refer to the handles: write them where select is called, do not keep them. May be called from goroutines
// and from other threads.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "weft/chan.hpp"
#include "weft/detail/select_core.hpp"

namespace weft {

namespace detail {

struct do_nothing {
  void operator()() const noexcept {}
};

template <class T, class F>
struct [[nodiscard]] recv_case {
  static_assert(std::is_invocable_v<F&, std::optional<T>> || std::is_invocable_v<F&>,
                "weft: the handler of on_recv takes a std::optional<T>, or nothing");
  static constexpr bool is_channel = true;
  static constexpr wait_reason nil_reason = wait_reason::chan_receive_nil;

  channel_of<T>* channel;
  F handler;
  std::optional<T> received{};

  [[nodiscard]] select_case describe() noexcept { return {channel, &received, false}; }
  void operate() {
    if (std::optional<T> value = channel->recv()) received.emplace(*std::move(value));  // not =: T may not have it
  }
  [[nodiscard]] bool try_operate() { return channel->try_recv(received); }
  void handle() {
    if constexpr (std::is_invocable_v<F&, std::optional<T>>) {
      handler(std::move(received));
    } else {
      handler();
    }
  }
};

template <class T, class F>
struct [[nodiscard]] send_case {
  static_assert(std::is_invocable_v<F&>, "weft: the handler of on_send takes no argument");
  static constexpr bool is_channel = true;
  static constexpr wait_reason nil_reason = wait_reason::chan_send_nil;

  channel_of<T>* channel;
  T value;
  F handler;

  [[nodiscard]] select_case describe() noexcept { return {channel, std::addressof(value), true}; }
  void operate() { channel->send(value); }
  [[nodiscard]] bool try_operate() { return channel->try_send(value); }
  void handle() { handler(); }
};

template <class F>
struct [[nodiscard]] default_case {
  static_assert(std::is_invocable_v<F&>, "weft: the handler of otherwise takes no argument");
  static constexpr bool is_channel = false;

  F handler;
  void handle() { handler(); }
};

template <class C>
inline constexpr bool is_case = false;
template <class T, class F>
inline constexpr bool is_case<recv_case<T, F>> = true;
template <class T, class F>
inline constexpr bool is_case<send_case<T, F>> = true;
template <class F>
inline constexpr bool is_case<default_case<F>> = true;

template <class C>
concept some_case = is_case<std::remove_cvref_t<C>>;

}  // namespace detail

/// A case that receives from `from`.
template <class T, detail::direction D, class F = detail::do_nothing>
auto on_recv(const detail::channel_handle<T, D>& from, F&& handler = {}) -> detail::recv_case<T, std::decay_t<F>>
requires(D != detail::direction::send) { return {detail::channel_access::core(from), std::forward<F>(handler)}; }

/// A case that sends `value` to `to`.
template <class T, detail::direction D, class F = detail::do_nothing>
auto on_send(const detail::channel_handle<T, D>& to, std::type_identity_t<T> value, F&& handler = {})
    -> detail::send_case<T, std::decay_t<F>>
requires(D != detail::direction::recv) {
  return {detail::channel_access::core(to), std::move(value), std::forward<F>(handler)};
}

/// The case that runs when no other is ready: Go's default.
template <class F = detail::do_nothing>
detail::default_case<std::decay_t<F>> otherwise(F&& handler = {}) {
  return {std::forward<F>(handler)};
}

/// Cases whose operands are evaluated from left to right; see above.
template <class... Case>
struct cases {
  explicit cases(Case&&... c) noexcept : all(c...) {}
  std::tuple<Case&...> all;
};
template <class... Case>
cases(Case&&...) -> cases<Case...>;

namespace detail {

/// For each case of the program its place among the cases with a channel; the default has none.
template <class... Case>
[[nodiscard]] constexpr auto argument_positions() {
  std::array<std::size_t, sizeof...(Case) + 1> positions{};  // of the k-th channel case; last: of the default
  std::size_t channels = 0;
  std::size_t argument = 0;
  ((Case::is_channel ? positions[channels++] = argument++ : positions[sizeof...(Case)] = argument++), ...);
  return positions;
}

/// Writes the descriptions of the cases that have a channel.
template <class... Case>
void describe_all(select_case* into, Case&... cases_of_call) {
  const auto describe = [&into](auto& c) {
    if constexpr (std::remove_reference_t<decltype(c)>::is_channel) *into++ = c.describe();
  };
  (describe(cases_of_call), ...);
}

/// A single case without default is the plain operation, with default the plain try (L9).
template <class C>
[[nodiscard]] std::size_t choose_single(C& only, bool may_block) {
  if (may_block) {
    if (only.channel == nullptr) block_for_ever(C::nil_reason);
    only.operate();
    return 0;
  }
  return only.channel != nullptr && only.try_operate() ? 0 : no_case;
}

template <class... Case>
[[nodiscard]] std::size_t choose_argument(Case&... c) {
  constexpr std::size_t channels = (std::size_t{Case::is_channel} + ... + 0);
  static_assert(channels + 1 >= sizeof...(Case), "weft: a select has at most one otherwise");
  constexpr bool may_block = channels == sizeof...(Case);
  constexpr auto positions = argument_positions<Case...>();
  std::size_t chosen = no_case;
  if constexpr (channels == 0) {
    if constexpr (may_block) block_for_ever(wait_reason::select_no_cases);
  } else if constexpr (channels == 1) {
    const auto choose_if_channel = [&chosen](auto& only) {
      if constexpr (std::remove_reference_t<decltype(only)>::is_channel) chosen = choose_single(only, may_block);
    };
    (choose_if_channel(c), ...);
  } else {
    select_case described[channels];
    describe_all(described, c...);
    chosen = choose(described, may_block);
  }
  return positions[chosen == no_case ? sizeof...(Case) : chosen];
}

}  // namespace detail

/// Does exactly one of the cases; see above. Returns its position among the arguments.
template <detail::some_case... Case>
std::size_t select(Case&&... c) {
  const std::size_t chosen = detail::choose_argument(c...);
  std::size_t position = 0;
  (void)((position++ == chosen && (c.handle(), true)) || ...);
  return chosen;
}

/// The same for operands that must be evaluated from left to right.
template <class... Case>
std::size_t select(cases<Case...> c) {
  return std::apply([](auto&... each) { return select(std::move(each)...); }, c.all);
}

}  // namespace weft

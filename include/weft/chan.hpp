// SPDX-License-Identifier: Apache-2.0
//
// Channels: typed pipes between goroutines, as in Go.
//
//     weft::chan<int> numbers(8);                       // room for 8; chan<int> c; is unbuffered
//     weft::go([=] { for (int i = 0; i < 10; ++i) numbers.send(i); numbers.close(); });
//     for (int n : numbers) std::printf("%d\n", n);     // until closed and drained
//
// A chan<T> is a handle, like a shared_ptr: copies name the same channel, and the channel lives as long as a handle.
// Capture it by value. sender<T> and receiver<T> are narrower handles to the same channel; a chan<T> converts to both,
// and nothing converts back (C11). Handles compare equal when they name the same channel, and hash (C12).
//
// A handle may be null: chan<int> c(nullptr), c = nullptr, sender<int> s. Operations on a null handle are those of Go's
// nil channel (C2): sends and receives block for ever, select never chooses it, close panics.
//
// Giving up. send and receive have forms that end in time: with a context as the first argument, with a duration (_for)
// or a moment (_until). They return a result: what the plain form returns, or errc::cancelled or errc::timed_out
// (weft/error.hpp). An operation that has given up has not happened, and has no part in anything later (C16):
//
//     weft::result<std::optional<int>> n = numbers.recv_for(50ms);
//     if (!n) return n.error();                         // *n is what recv() would have returned
//
// A context that is cancelled already wins over an operation that could go on; a moment that has passed does not: the
// operation is tried once. On a null handle they wait for their limit. They allocate nothing.
//
// Who may call what from where. Every operation may be called from goroutines and from any other thread, at any time,
// at the same time. Only the handle object itself is an ordinary variable: do not assign to it while another uses it.
//
// Elements are moved in and out by noexcept moves. Such a move runs while the channel is locked, so it must not use
// weft. An element left in a channel that nobody holds any more is destroyed with it.
//
// Happens-before (C13): the k-th send before the k-th receive's return; close before a receive that reports it; on an
// unbuffered channel the receive before the send's return; with room for C, the k-th receive before the return of send
// k + C.
#pragma once

#include <chrono>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "weft/clock.hpp"
#include "weft/detail/channel_of.hpp"
#include "weft/result.hpp"

namespace weft {

/// What try_recv found.
template <class T>
class [[nodiscard]] try_result {
 public:
  enum class state : std::uint8_t {
    value,  // a value was received
    empty,  // a receive would have blocked
    closed  // closed and drained
  };

  try_result(bool done, std::optional<T> received) noexcept : received_(std::move(received)), done_(done) {}

  [[nodiscard]] state what() const noexcept { return received_ ? state::value : done_ ? state::closed : state::empty; }
  [[nodiscard]] bool empty() const noexcept { return what() == state::empty; }
  [[nodiscard]] bool closed() const noexcept { return what() == state::closed; }

  /// Whether a value was received; then operator* and -> reach it. value() is nullopt otherwise.
  explicit operator bool() const noexcept { return received_.has_value(); }
  [[nodiscard]] bool has_value() const noexcept { return received_.has_value(); }
  [[nodiscard]] T& operator*() & noexcept { return *received_; }
  [[nodiscard]] const T& operator*() const& noexcept { return *received_; }
  [[nodiscard]] T&& operator*() && noexcept { return *std::move(received_); }
  [[nodiscard]] T* operator->() noexcept { return std::addressof(*received_); }
  [[nodiscard]] const T* operator->() const noexcept { return std::addressof(*received_); }
  [[nodiscard]] std::optional<T>& value() & noexcept { return received_; }
  [[nodiscard]] const std::optional<T>& value() const& noexcept { return received_; }
  [[nodiscard]] std::optional<T>&& value() && noexcept { return std::move(received_); }

 private:
  std::optional<T> received_;
  bool done_;
};

template <class T>
class receiver;

namespace detail {

enum class direction : std::uint8_t { both, send, recv };

struct adopted {};
struct channel_access;
template <class T>
class recv_iterator;
template <class T>
class send_awaiter;
template <class T>
class recv_awaiter;

/// One handle to a channel. chan, sender and receiver are this with different directions.
template <class T, direction D>
class channel_handle {
 public:
  using value_type = T;

  channel_handle(const channel_handle& other) noexcept : core_(other.core_) {
    if (core_ != nullptr) core_->retain();
  }
  channel_handle(channel_handle&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  channel_handle& operator=(channel_handle other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~channel_handle() {
    if (core_ != nullptr) core_->release();
  }

  /// Sends `value`. Blocks until a receiver has taken it or, on a buffered channel, until there is room (C3). Panics if
  /// the channel is closed, also if it is closed while the call is blocked.
  void send(T value) const requires(D != direction::recv) {
    if (core_ == nullptr) block_for_ever(wait_reason::chan_send_nil);
    core_->send(value);
  }

  /// Receives. Blocks until there is a value; nullopt when the channel is closed and drained (C4).
  std::optional<T> recv() const requires(D != direction::send) {
    if (core_ == nullptr) block_for_ever(wait_reason::chan_receive_nil);
    return core_->recv();
  }

  /// The same until the limit. A value whose send is given up is dropped with the call's copy.
  result<void> send(const wait_limit& limit, T value) const requires(D != direction::recv) {
    const wait_end end =
        core_ == nullptr ? wait_in_vain(wait_reason::chan_send_nil, limit) : core_->send_within(value, limit);
    if (end != wait_end::completed) return error_of(end, limit);
    return {};
  }
  template <class Rep, class Period>
  result<void> send_for(const std::chrono::duration<Rep, Period>& d, T value) const requires(D != direction::recv) {
    return send(within(d), std::move(value));
  }
  result<void> send_until(clock::time_point when, T value) const requires(D != direction::recv) {
    return send(until(when), std::move(value));
  }

  result<std::optional<T>> recv(const wait_limit& limit) const requires(D != direction::send) {
    std::optional<T> received;
    const wait_end end =
        core_ == nullptr ? wait_in_vain(wait_reason::chan_receive_nil, limit) : core_->recv_within(received, limit);
    if (end != wait_end::completed) return error_of(end, limit);
    return received;
  }
  template <class Rep, class Period>
  result<std::optional<T>> recv_for(const std::chrono::duration<Rep, Period>& d) const requires(D != direction::send) {
    return recv(within(d));
  }
  result<std::optional<T>> recv_until(clock::time_point when) const requires(D != direction::send) {
    return recv(until(when));
  }

  /// Sends `value` if that is possible without blocking. False: at some instant during the call it would have blocked,
  /// and the value is dropped (C8). Panics if the channel is closed.
  [[nodiscard]] bool try_send(T value) const requires(D != direction::recv) {
    return core_ != nullptr && core_->try_send(value);
  }

  /// Receives if that is possible without blocking. `empty`: at some instant during the call it would have blocked; if
  /// the channel always held a value or was closed, it never says so (C8).
  try_result<T> try_recv() const requires(D != direction::send) {
    std::optional<T> received;
    const bool done = core_ != nullptr && core_->try_recv(received);
    return {done, std::move(received)};
  }

  /// No more sends: what is in the channel can still be received, then receives report the end at once. Wakes all
  /// blocked receivers, and all blocked senders, who panic (C5). Panics if the channel is closed already or null.
  void close() const requires(D != direction::recv) {
    if (core_ == nullptr) panic("close of nil channel");
    core_->close();
  }

  /// For `co_await c.async_send(v)` and `co_await c.async_recv()` in any C++20 coroutine. They need
  /// `#include <weft/coroutine.hpp>`: without it the awaiters are incomplete types.
  [[nodiscard]] send_awaiter<T> async_send(T value) const requires(D != direction::recv);
  [[nodiscard]] recv_awaiter<T> async_recv() const requires(D != direction::send);

  /// A range of what is received, until the channel is closed and drained (C10). Each element is received when it is
  /// asked for, by comparing the iterator with end() or dereferencing it, and not before: `++` receives nothing, so
  /// `c | std::views::take(3)` takes three. `for (T v : c)`, `for (auto&& v : c)`, `for (const T& v : c)`.
  [[nodiscard]] recv_iterator<T> begin() const requires(D != direction::send) { return recv_iterator<T>(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept requires(D != direction::send) { return {}; }

  /// How many elements are in the buffer, and how many fit; both 0 for a null handle (C9). A snapshot.
  [[nodiscard]] std::size_t len() const noexcept { return core_ == nullptr ? 0 : core_->len(); }
  [[nodiscard]] std::size_t cap() const noexcept { return core_ == nullptr ? 0 : core_->cap(); }

  /// Whether the handle names a channel.
  explicit operator bool() const noexcept { return core_ != nullptr; }
  template <std::same_as<std::nullptr_t> Null>
  friend bool operator==(const channel_handle& a, Null) noexcept {
    return a.core_ == nullptr;
  }

  /// Whether both handles name the same channel, whatever their directions.
  template <direction E>
  [[nodiscard]] bool same_channel(const channel_handle<T, E>& other) const noexcept {
    return core_ == other.core_;
  }

 protected:
  friend struct channel_access;
  template <class, direction>
  friend class channel_handle;

  explicit channel_handle(channel_of<T>* adopted) noexcept : core_(adopted) {}
  template <direction E>
  explicit channel_handle(const channel_handle<T, E>& other) noexcept : core_(other.core_) {
    if (core_ != nullptr) core_->retain();
  }
  template <direction E>
  explicit channel_handle(channel_handle<T, E>&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}

 private:
  channel_of<T>* core_;  // one reference is ours; null: the nil channel
};

template <class T, direction D, direction E>
[[nodiscard]] bool operator==(const channel_handle<T, D>& a, const channel_handle<T, E>& b) noexcept {
  return a.same_channel(b);
}

/// How select, timers and coroutines reach the channel behind a handle.
struct channel_access {
  template <class T, direction D>
  [[nodiscard]] static channel_of<T>* core(const channel_handle<T, D>& handle) noexcept {
    return handle.core_;
  }

  /// A handle that takes over a reference.
  template <class T>
  [[nodiscard]] static receiver<T> adopt(channel_of<T>* channel) noexcept {
    return receiver<T>(adopted(), channel);
  }
};

template <std::integral N>
[[nodiscard]] std::uint64_t checked_capacity(N n) {
  if (std::cmp_less(n, 0)) panic("makechan: size out of range");
  return static_cast<std::uint64_t>(n);
}

}  // namespace detail

/// A channel of T: send, recv, try_send, try_recv, close, len, cap, iteration.
template <class T>
class chan : public detail::channel_handle<T, detail::direction::both> {
  using handle = detail::channel_handle<T, detail::direction::both>;

 public:
  /// A new unbuffered channel: a send meets a receive.
  chan(detail::site where = detail::site::here()) : handle(detail::channel_of<T>::create(0, where)) {}

  /// A new channel with room for `capacity` elements. Panics "makechan: size out of range" if that is negative or more
  /// than 2^47 bytes (C1).
  template <std::integral N>
  explicit chan(N capacity, detail::site where = detail::site::here())
      : handle(detail::channel_of<T>::create(detail::checked_capacity(capacity), where)) {}

  /// No channel: Go's nil channel. Only from nullptr itself: the number 0 is a capacity, and `chan<int> c = 0` an
  /// error.
  template <std::same_as<std::nullptr_t> Null>
  chan(Null) noexcept : handle(static_cast<detail::channel_of<T>*>(nullptr)) {}
};

/// The sending view of a channel: send, try_send, close. Null by default.
template <class T>
class sender : public detail::channel_handle<T, detail::direction::send> {
  using handle = detail::channel_handle<T, detail::direction::send>;

 public:
  sender() noexcept : handle(static_cast<detail::channel_of<T>*>(nullptr)) {}
  template <std::same_as<std::nullptr_t> Null>
  sender(Null) noexcept : sender() {}
  sender(const chan<T>& c) noexcept : handle(c) {}
  sender(chan<T>&& c) noexcept : handle(std::move(c)) {}
};

/// The receiving view of a channel: recv, try_recv, iteration. Null by default.
template <class T>
class receiver : public detail::channel_handle<T, detail::direction::recv> {
  using handle = detail::channel_handle<T, detail::direction::recv>;

 public:
  receiver() noexcept : handle(static_cast<detail::channel_of<T>*>(nullptr)) {}
  template <std::same_as<std::nullptr_t> Null>
  receiver(Null) noexcept : receiver() {}
  receiver(const chan<T>& c) noexcept : handle(c) {}
  receiver(chan<T>&& c) noexcept : handle(std::move(c)) {}

 private:
  friend struct detail::channel_access;
  receiver(detail::adopted, detail::channel_of<T>* channel) noexcept : handle(channel) {}
};

namespace detail {

/// Holds the element it stands on once somebody has asked for it: `pending_` until then, so that an iterator that is
/// moved on and dropped has received nothing. It keeps the channel alive.
template <class T>
class recv_iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using difference_type = std::ptrdiff_t;
  using value_type = T;

  template <direction D>
  explicit recv_iterator(const channel_handle<T, D>& from) noexcept : from_(from) {}

  [[nodiscard]] T&& operator*() const { return std::move(*arrived()); }
  recv_iterator& operator++() {
    static_cast<void>(arrived());  // who steps twice without a look skips an element
    element_.reset();              // now, not when the next is waited for: it may hold something that others need
    pending_ = true;
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const recv_iterator& at, std::default_sentinel_t) { return !at.arrived(); }

 private:
  struct source : channel_handle<T, direction::recv> {
    template <direction D>
    explicit source(const channel_handle<T, D>& from) noexcept : channel_handle<T, direction::recv>(from) {}
    void recv_into(std::optional<T>& result) const {
      if (channel_access::core(*this) == nullptr) block_for_ever(wait_reason::chan_receive_nil);
      channel_access::core(*this)->recv_into(result);
    }
  };

  /// The element, received by now; nullopt at the end.
  [[nodiscard]] std::optional<T>& arrived() const {
    if (std::exchange(pending_, false)) from_.recv_into(element_);
    return element_;
  }

  source from_;
  mutable std::optional<T> element_;
  mutable bool pending_ = true;  // the element has not been received yet; then element_ is empty
};

template <class T, direction D>
struct channel_hash {
  [[nodiscard]] std::size_t operator()(const channel_handle<T, D>& handle) const noexcept {
    return std::hash<const void*>()(channel_access::core(handle));
  }
};

}  // namespace detail
}  // namespace weft

template <class T>
struct std::hash<weft::chan<T>> : weft::detail::channel_hash<T, weft::detail::direction::both> {};
template <class T>
struct std::hash<weft::sender<T>> : weft::detail::channel_hash<T, weft::detail::direction::send> {};
template <class T>
struct std::hash<weft::receiver<T>> : weft::detail::channel_hash<T, weft::detail::direction::recv> {};

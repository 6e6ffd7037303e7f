// SPDX-License-Identifier: Apache-2.0
//
// Timers: one moment in the future, which can be called off and moved.
//
//     weft::timer idle(30s);
//     for (;;) {
//       weft::select(weft::on_recv(requests, [&](auto r) { serve(r); idle.reset(30s); }),
//                    weft::on_recv(idle.channel(), [&] { close_connection(); }));
//     }
//
//     weft::delayed_call hint = weft::after_func(2s, [] { std::puts("this takes long, sorry"); });
//     work();
//     hint.stop();
//
// timer: its channel gives the moment at which it was due, once (T2). When stop() or reset() has returned, no moment of
// before will be received from the channel, whoever reads it; there is nothing to drain (T3, T4). delayed_call: calls a
// function in a goroutine of its own (T5).
//
// Both are handles like a channel: copies name the same timer, and capture them by value. A timer of which no handle is
// left, nor one of its channel, is gone with all it had; it need not be stopped. A delayed call comes all the same.
// Both may be used by any goroutine and any thread, at any time, at the same time; each use is one step that comes
// before or after every other (T7). What happens before after_func or reset happens before the call of the function.
//
// Durations are rounded and saturated as weft/clock.hpp says; one that is not positive is due at once.
#pragma once

#include <chrono>
#include <type_traits>
#include <utility>

#include "weft/chan.hpp"
#include "weft/clock.hpp"
#include "weft/detail/callable.hpp"
#include "weft/detail/delayed_call_core.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/site.hpp"
#include "weft/time.hpp"

namespace weft {

class timer {
 public:
  /// No timer: its channel is null, and stop and reset panic.
  timer() noexcept = default;

  /// A timer that is due after `d`.
  template <class Rep, class Period>
  explicit timer(const std::chrono::duration<Rep, Period>& d) : channel_(after(d)) {}

  /// Where the moment is received. Never closed; len() and cap() are 0.
  [[nodiscard]] receiver<clock::time_point> channel() const noexcept { return channel_; }

  /// Calls it off. True if nobody had received its moment, be it due or not, and then nobody ever will; false if
  /// somebody had, or it had been stopped before.
  bool stop() const { return core("time: Stop called on uninitialized Timer").set(detail::never, 0); }

  /// Makes it due after `d` from now, and only then. Returns what stop() would have.
  template <class Rep, class Period>
  bool reset(const std::chrono::duration<Rep, Period>& d) const {
    detail::timed_channel& timed = core("time: Reset called on uninitialized Timer");
    return timed.set(detail::deadline_after(detail::saturated(d)), 0);
  }

 private:
  [[nodiscard]] detail::timed_channel& core(const char* message) const {
    if (channel_ == nullptr) detail::panic(message);
    return static_cast<detail::timed_channel&>(*detail::channel_access::core(channel_));
  }

  receiver<clock::time_point> channel_;
};

class delayed_call;

/// Calls `f` after `d` in a new goroutine of its own; once, and again after each reset(). Calls of different resets may
/// overlap. What `f` returns is dropped; an exception that leaves it ends the program, as with go(). `f` is destroyed
/// when neither a handle nor a call is left. A call that comes due when no run goes on is not made; one that comes due
/// in a later run is made there, so `f` must not refer to what was local to an earlier one (T5.9).
template <class Rep, class Period, class F>
delayed_call after_func(const std::chrono::duration<Rep, Period>& d, F&& f, detail::site where = detail::site::here());

/// A call that after_func has put off.
class delayed_call {
 public:
  /// None: stop and reset panic.
  delayed_call() noexcept = default;
  delayed_call(const delayed_call& other) noexcept : core_(other.core_) {
    if (core_ != nullptr) core_->retain();
  }
  delayed_call(delayed_call&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  delayed_call& operator=(delayed_call other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~delayed_call() {
    if (core_ != nullptr) core_->release();
  }

  /// Calls it off. True if this call has prevented the function from being called. Does not wait for a call that has
  /// begun.
  bool stop() const { return core("time: Stop called on uninitialized Timer").set(detail::never); }

  /// Calls the function after `d` from now, also if it has been called before; a call that was still to come is called
  /// off. Returns what stop() would have.
  template <class Rep, class Period>
  bool reset(const std::chrono::duration<Rep, Period>& d) const {
    detail::delayed_call_core& call = core("time: Reset called on uninitialized Timer");
    return call.set(detail::deadline_after(detail::saturated(d)));
  }

 private:
  template <class Rep, class Period, class F>
  friend delayed_call after_func(const std::chrono::duration<Rep, Period>& d, F&& f, detail::site where);

  explicit delayed_call(detail::delayed_call_core* adopted) noexcept : core_(adopted) {}

  [[nodiscard]] detail::delayed_call_core& core(const char* message) const {
    if (core_ == nullptr) detail::panic(message);
    return *core_;
  }

  detail::delayed_call_core* core_ = nullptr;  // one reference is ours
};

template <class Rep, class Period, class F>
delayed_call after_func(const std::chrono::duration<Rep, Period>& d, F&& f, detail::site where) {
  using callable = std::decay_t<F>;
  static_assert(std::is_invocable_v<callable&>, "weft: after_func: the function must be callable without arguments");
  detail::require_goroutine_function<callable>(f);
  delayed_call made(new detail::delayed_call_of<callable>(std::forward<F>(f), where));
  static_cast<void>(made.reset(d));
  return made;
}

}  // namespace weft

// SPDX-License-Identifier: Apache-2.0
//
// Calls a function once for all who want its result at the same time (E3).
//
//     weft::singleflight<std::string, page> pages;
//     auto [value, shared] = pages.do_(url, [&] { return fetch(url); });
//
// do_(key, f) calls f() unless a call with the same key is under way, a flight. Then it waits for that, and f is not
// called. Everybody gets a copy of the result; `shared` says whether more than one
// asked for it, also if they have given up meanwhile. When the flight has
// landed, the next do_ with that key starts another: nothing is cached.
//
//     weft::result<singleflight<...>::outcome> r = pages.do_for(50ms, url, [=] { return fetch(url); });
//     weft::receiver<singleflight<...>::outcome> c = pages.do_chan(url, [=] { return fetch(url); });
//
// Plain do_ calls f in its own goroutine. The forms with a limit, and do_chan, call it in a new one: f must own what it
// uses. A caller that gives up leaves, and the flight goes on for the others, or for nobody. If its time has passed
// already no flight is started.
//
// do_chan returns a channel that receives the outcome, and is closed then.
//
// If f throws, every caller of do_ throws that exception, the same object. It is never lost: if it cannot reach
// everybody, because somebody waits for it by do_chan, or if all callers have given up, it counts as uncaught and ends
// the program (G11). What throws before f has begun, such as a copy of the key, is thrown too. If f leaves by goexit,
// so does every caller of do_, and channels are closed without a value.
//
// All of this may be called from goroutines and from other threads, and from f itself with another key; with the same
// key f would wait for itself. The object may be destroyed while flights go on, but not while do_ is being called.
// Happens-before: the return of f before the return, or the receive, of everybody who gets its result.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weft/chan.hpp"
#include "weft/clock.hpp"
#include "weft/detail/callable.hpp"
#include "weft/detail/completion.hpp"
#include "weft/detail/goexit.hpp"
#include "weft/go.hpp"
#include "weft/mutex.hpp"
#include "weft/result.hpp"

namespace weft {

template <class K, std::copy_constructible V, class Hash = std::hash<K>, class Equal = std::equal_to<K>>
class singleflight {
 public:
  struct outcome {
    V value;
    bool shared;  // more than one asked for it
  };

  singleflight() = default;
  singleflight(const singleflight&) = delete;
  singleflight& operator=(const singleflight&) = delete;

  /// The result of f(), or of the call with this key that is under way. Panics if f is a null function: "weft:
  /// singleflight with a null function"; so do the others.
  template <std::invocable F>
  outcome do_(const K& key, F&& f) {
    check_function(f);
    const auto [joined, first] = board(key, true);
    if (first) {
      fly(state_, key, *joined, f);
    } else {
      joined->landed.wait(detail::wait_reason::other, joined.get());
    }
    return joined->take();
  }

  /// The same, but waits no longer than until the context is cancelled (E2), for a duration, or until a moment.
  template <std::invocable F>
  result<outcome> do_(const detail::wait_limit& limit, const K& key, F&& f) {
    check_function(f);
    if (limit.called_off()) return detail::error_of(detail::wait_end::cancelled, limit);
    if (limit.passed()) return detail::error_of(detail::wait_end::timed_out, limit);
    std::decay_t<F> owned(std::forward<F>(f));  // before anybody boards: it may throw
    const auto [joined, first] = board(key, true);
    if (first) take_off(key, joined, owned);
    const detail::wait_end end = joined->landed.wait(limit, detail::wait_reason::other, joined.get());
    if (end != detail::wait_end::completed && leave(*joined)) return detail::error_of(end, limit);
    return joined->take();
  }
  template <class Rep, class Period, std::invocable F>
  result<outcome> do_for(const std::chrono::duration<Rep, Period>& d, const K& key, F&& f) {
    return do_(detail::within(d), key, std::forward<F>(f));
  }
  template <std::invocable F>
  result<outcome> do_until(clock::time_point when, const K& key, F&& f) {
    return do_(detail::until(when), key, std::forward<F>(f));
  }

  /// A channel for the result of f(), or of the call with this key that is under way.
  template <std::invocable F>
  [[nodiscard]] receiver<outcome> do_chan(const K& key, F&& f) {
    check_function(f);
    const chan<outcome> to(1);
    std::decay_t<F> owned(std::forward<F>(f));
    const auto [joined, first] = board(key, false, to);
    if (first) take_off(key, joined, owned, to);
    return to;
  }

  /// The next call with this key starts a new flight, though one may be under way. That one goes on for those who are
  /// in it.
  void forget(const K& key) {
    const std::scoped_lock hold(state_->lock);
    state_->flights.erase(key);
  }

 private:
  struct flight {
    detail::completion landed;
    std::optional<V> value;  // written before the landing, like `error`; neither: f has left by goexit
    std::exception_ptr error;
    bool shared = false;      // under the lock until the landing
    bool over = false;        // under the lock: it has landed, and who has not left by now takes what came of it
    std::size_t callers = 0;  // under the lock: of do_, who have not left
    std::vector<chan<outcome>> channels;  // under the lock

    [[nodiscard]] outcome take() const {
      if (error != nullptr) std::rethrow_exception(error);
      if (!value) goexit();
      return {*value, shared};
    }
  };

  struct shared_state {
    mutex lock;
    std::unordered_map<K, std::shared_ptr<flight>, Hash, Equal> flights;  // under lock
  };

  struct boarding {
    std::shared_ptr<flight> joined;
    bool first;  // the caller is to see that it flies
  };

  template <class F>
  static void check_function(const F& f) {
    detail::require_callable<std::decay_t<F>>(f, "weft: singleflight with a null function");
  }

  boarding board(const K& key, bool as_caller, const chan<outcome>& to = nullptr) {
    const std::scoped_lock hold(state_->lock);
    const auto at = state_->flights.find(key);
    const bool first = at == state_->flights.end();
    const std::shared_ptr<flight> joined = first ? std::make_shared<flight>() : at->second;
    if (to != nullptr) joined->channels.push_back(to);
    if (first) state_->flights.emplace(key, joined);  // the last that may throw: nobody else has seen the flight
    joined->shared = !first;
    if (as_caller) ++joined->callers;
    return {joined, first};
  }

  /// A caller of do_ gives up. False: too late.
  bool leave(flight& left) {
    const std::scoped_lock hold(state_->lock);
    if (left.over) return false;
    --left.callers;
    return true;
  }

  /// If that throws, the exception is what comes of the flight, for all who have boarded meanwhile; the first, if it
  /// has boarded with a channel, gets it from here.
  template <class F>
  void take_off(const K& key, const std::shared_ptr<flight>& joined, F& f, const chan<outcome>& to = nullptr) {
    try {
      go([state = state_, key, joined, f = std::move(f)]() mutable { fly(state, key, *joined, f); });
    } catch (...) {
      if (to != nullptr) become_caller(*joined, to);
      joined->error = std::current_exception();
      land(*state_, key, *joined);
      if (to != nullptr) throw;
    }
  }

  void become_caller(flight& boarded, const chan<outcome>& to) {
    const std::scoped_lock hold(state_->lock);
    std::erase(boarded.channels, to);
    ++boarded.callers;
  }

  /// Calls f and lands, also when goexit unwinds us.
  template <class F>
  static void fly(const std::shared_ptr<shared_state>& state, const K& key, flight& flown, F& f) {
    struct landing {
      shared_state& state;
      const K& key;
      flight& flown;
      ~landing() { land(state, key, flown); }
    } at_end{*state, key, flown};
    try {
      flown.value.emplace(std::invoke(f));
    } catch (const detail::goexit_signal&) {
      throw;
    } catch (...) {
      flown.error = std::current_exception();
    }
  }

  static void land(shared_state& state, const K& key, flight& flown) noexcept {
    std::vector<chan<outcome>> channels;
    {
      const std::scoped_lock hold(state.lock);
      flown.over = true;
      channels.swap(flown.channels);
      const auto at = state.flights.find(key);
      if (at != state.flights.end() && at->second.get() == &flown) state.flights.erase(at);
      if (flown.error != nullptr && (flown.callers == 0 || !channels.empty())) std::rethrow_exception(flown.error);
    }
    for (const chan<outcome>& each : channels) {
      if (flown.value) each.send({*flown.value, flown.shared});
      each.close();
    }
    flown.landed.finish();
  }

  std::shared_ptr<shared_state> state_ = std::make_shared<shared_state>();
};

}  // namespace weft

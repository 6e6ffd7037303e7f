// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that belong together: they are started for one purpose, waited for together, and fail together.
//
//     weft::group g(ctx);
//     for (const url& each : urls) {
//       g.go([&](const weft::context& ctx) -> weft::result<void> { return fetch(ctx, each); });
//     }
//     weft::result<void> all = g.wait();             // all have ended; the first failure, if there was one
//
// This is Go's errgroup, and structured concurrency: a goroutine that was started in a group cannot outlive it, since
// the group's destructor waits for it. A function of a group may return nothing, a std::error_code or a result<void>,
// and may throw. The first that fails cancels the group's context with its failure as the cause; what the others do
// about that is up to them, so give the context to whatever may block. (E1)
//
// Failures. wait() reports the first one as what it was: it throws the exception, or returns the error code. Those of
// the others are dropped; most are but the echo of the first. A function that leaves by goexit has not failed. If
// nobody calls wait(), the destructor drops the failure too, as that of a task does.
//
// The destructor waits, but not for goroutines that an ended run has left behind. If the scope is left by an exception
// it cancels the context first, so that nobody waits for goroutines whose work is not wanted any more.
//
// Groups nest: a function of a group may make a group of its own, below the context that it was given.
//
// Everything may be called from goroutines and from any other thread, except that those that belong to the group, or
// to a group that one of them has made, cannot wait for it and must not destroy it: that panics, since they would wait
// for themselves. A group can be neither copied nor moved.
//
// Happens-before: go() before the function; the end of every function before the return of wait().
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>

#include "weft/clock.hpp"
#include "weft/context.hpp"
#include "weft/detail/closure.hpp"
#include "weft/detail/goexit.hpp"
#include "weft/detail/group_core.hpp"
#include "weft/detail/site.hpp"
#include "weft/failure.hpp"
#include "weft/result.hpp"

namespace weft {

namespace detail {

template <class F>
concept group_function = std::is_invocable_v<F&> || std::is_invocable_v<F&, const context&>;

/// A goroutine's function with its entry in the group. Destroying it destroys the function first.
template <class F>
class group_call final : public group_member {
 public:
  template <class G>
  group_call(group_core& group, G&& f) : group_member(group), f_(std::forward<G>(f)) {}

  void run() {
    enrol();
    try {
      group().fail(outcome());
    } catch (const goexit_signal&) {
      throw;
    } catch (...) {
      group().fail(std::current_exception());
    }
  }

 private:
  decltype(auto) call() {
    if constexpr (std::is_invocable_v<F&, const context&>) {
      return std::invoke(f_, group().context());
    } else {
      return std::invoke(f_);
    }
  }

  failure outcome() {
    using returned = std::remove_cvref_t<decltype(call())>;
    if constexpr (std::is_void_v<returned>) {
      call();
      return {};
    } else if constexpr (std::is_same_v<returned, result<void>>) {
      return call().error();
    } else {
      static_assert(std::is_convertible_v<returned, failure>,
                    "weft: a function of a group returns nothing, a std::error_code, a result<void> or a failure");
      return call();
    }
  }

  F f_;
};

}  // namespace detail

class group {
 public:
  /// A group whose context is a child of `parent`.
  explicit group(weft::context parent = background()) : core_(std::move(parent)) {}
  group(const group&) = delete;
  group& operator=(const group&) = delete;

  /// Waits for all; drops the failure. See above.
  ~group() = default;

  /// Calls f(), or f(context()), in a new goroutine of the group. Blocks while there are as many as limit() allows. A
  /// null function is fatal: "go of nil func value".
  template <class F>
  requires(detail::group_function<std::decay_t<F>>) void go(F&& f, detail::site where = detail::site::here()) {
    detail::goroutine& made = make(std::forward<F>(f), where);
    core_.enter();
    detail::start(made);
  }

  /// The same, but it waits for a place no longer than the context, or the time, allows. What has given up has started
  /// nothing.
  template <class F>
  requires(detail::group_function<std::decay_t<F>>) result<void> go(const detail::wait_limit& limit, F&& f,
                                                                    detail::site where = detail::site::here()) {
    detail::goroutine& made = make(std::forward<F>(f), where);
    result<void> entered = core_.enter(limit);
    if (entered) {
      detail::start(made);
    } else {
      drop(made);
    }
    return entered;
  }
  template <class Rep, class Period, class F>
  requires(detail::group_function<std::decay_t<F>>) result<void> go_for(const std::chrono::duration<Rep, Period>& d,
                                                                        F&& f,
                                                                        detail::site where = detail::site::here()) {
    return go(detail::within(d), std::forward<F>(f), where);
  }
  template <class F>
  requires(detail::group_function<std::decay_t<F>>) result<void> go_until(clock::time_point when, F&& f,
                                                                          detail::site where = detail::site::here()) {
    return go(detail::until(when), std::forward<F>(f), where);
  }

  /// The same, but only if there is a place at once. False: there is none, and nothing was started.
  template <class F>
  requires(detail::group_function<std::decay_t<F>>)
      [[nodiscard]] bool try_go(F&& f, detail::site where = detail::site::here()) {
    detail::goroutine& made = make(std::forward<F>(f), where);
    const bool entered = core_.try_enter();
    if (entered) {
      detail::start(made);
    } else {
      drop(made);
    }
    return entered;
  }

  /// At most `n` goroutines at a time from now on; 0: none at all; negative: as many as are asked for, as at first.
  /// Panics while there are any: "errgroup: modify limit while %v goroutines in the group are still active".
  void limit(std::int64_t n) { core_.set_limit(n); }

  /// Blocks until all goroutines have ended. Throws the exception of the first that failed, or returns its error code.
  /// Cancels the context before it returns. The group may be used again; its context has ended, and its failure stays.
  result<void> wait() { return core_.wait(); }

  /// The same, but no longer than the context, or the time, allows: then the outer result says why, and the group goes
  /// on, its context too.
  result<result<void>> wait(const detail::wait_limit& limit) { return core_.wait(limit); }
  template <class Rep, class Period>
  result<result<void>> wait_for(const std::chrono::duration<Rep, Period>& d) {
    return wait(detail::within(d));
  }
  result<result<void>> wait_until(clock::time_point when) { return wait(detail::until(when)); }

  /// The context of the group's goroutines. It ends with the first failure, which is then its cause; when wait()
  /// returns; when the group is destroyed; and with the parent.
  [[nodiscard]] const weft::context& context() const noexcept { return core_.context(); }

 private:
  template <class F>
  [[nodiscard]] detail::goroutine& make(F&& f, detail::site where) {
    using call = detail::group_call<std::decay_t<F>>;
    detail::require_goroutine_function<std::decay_t<F>>(f);
    return detail::make_goroutine_for({where, 0, nullptr},
                                      body<call>{core_, std::make_unique<call>(core_, std::forward<F>(f))});
  }

  /// What a goroutine of the group runs.
  template <class Call>
  struct body {
    using is_owed_to_an_object = void;
    detail::group_core& group;
    std::unique_ptr<Call> member;

    [[nodiscard]] void* owed_to() const noexcept { return &group; }

    void operator()() {
      struct last {
        detail::group_core& group;
        ~last() { group.leave(); }
      } end{group};
      const std::unique_ptr<Call> running = std::move(member);  // gone before the group is left
      running->run();
    }
  };

  /// Destroys a goroutine that was made and will not be started.
  static void drop(detail::goroutine& made) noexcept {
    detail::closure& body = detail::closure_of(made);
    body.use(body, detail::closure_use::drop);
    detail::discard(made);
  }

  detail::group_core core_;
};

}  // namespace weft

// SPDX-License-Identifier: Apache-2.0
//
// A goroutine with a result.
//
//     weft::task<int> left = weft::spawn([=] { return count(first, middle); });
//     int right = count(middle, last);
//     int total = left.join() + right;
//     weft::result<int> soon = other.join_for(10ms);   // or else errc::timed_out, and the task is still there
//
// spawn(f) calls f() in a new goroutine. join() waits for its end and returns its result, or throws the exception that
// left it. A task that is destroyed waits too, and drops result and exception, as std::jthread does: nothing that f
// refers to goes out of scope under it. f and what it captured are destroyed before join returns.
//
// A task belongs to one goroutine or thread at a time; it can be moved. All of this may be used from goroutines and
// from other threads. Happens-before: spawn before f; the end of f before join's return.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "weft/clock.hpp"
#include "weft/detail/closure.hpp"
#include "weft/detail/completion.hpp"
#include "weft/detail/goexit.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/site.hpp"
#include "weft/go.hpp"
#include "weft/result.hpp"
#include "weft/unit.hpp"

namespace weft {

namespace detail {

/// How a result is kept: a reference as a pointer, nothing as a unit.
template <class R>
using kept_result = std::conditional_t<
    std::is_void_v<R>, unit,
    std::conditional_t<std::is_reference_v<R>, std::add_pointer_t<std::remove_reference_t<R>>, std::remove_cv_t<R>>>;

/// How a task ended. Written by the goroutine before `ended` is finished, read by the joiner after it has waited for
/// that.
template <class R>
class task_state {
 public:
  task_state() noexcept = default;
  task_state(const task_state&) = delete;
  task_state& operator=(const task_state&) = delete;
  virtual ~task_state() = default;

  static void* operator new(std::size_t size) {
    return size <= task_memory ? take_task_memory() : ::operator new(size);
  }
  static void operator delete(void* memory, std::size_t size) noexcept {
    if (size <= task_memory)
      give_task_memory(memory);
    else
      ::operator delete(memory);
  }
  static void* operator new(std::size_t size, std::align_val_t alignment) { return ::operator new(size, alignment); }
  static void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
    ::operator delete(memory, alignment);
  }

  completion ended;          // finished as the last touch by the goroutine
  std::exception_ptr error;  // what left the function, or null

  template <class F>
  void call(F& f) {
    if constexpr (std::is_void_v<R>) {
      std::invoke(f);
      result_.emplace();
    } else if constexpr (std::is_reference_v<R>) {
      auto&& referred = std::invoke(f);
      result_.emplace(std::addressof(referred));
    } else {
      result_.emplace(std::invoke(f));
    }
  }

  [[nodiscard]] R take_result() {
    if (error) std::rethrow_exception(std::move(error));
    if constexpr (std::is_void_v<R>) {
      return;
    } else {
      if (!result_) panic("weft: join of a task that has left by goexit and has no result");
      if constexpr (std::is_reference_v<R>) {
        return static_cast<R>(**result_);
      } else {
        return std::move(*result_);
      }
    }
  }

 private:
  std::optional<kept_result<R>> result_;
};

/// The state together with the function, which is destroyed before the task counts as finished.
template <class R, class F>
class task_of final : public task_state<R> {
 public:
  template <class G>
  explicit task_of(G&& f) : f_(std::forward<G>(f)) {}

  void run() {
    const finish_at_end end{*this};  // also when goexit unwinds us
    try {
      this->call(*f_);
    } catch (const goexit_signal&) {
      throw;
    } catch (...) {
      this->error = std::current_exception();
    }
  }

 private:
  struct finish_at_end {
    task_of& task;
    ~finish_at_end() {
      task.f_.reset();
      task.ended.finish_at_end();
    }
  };

  std::optional<F> f_;
};

struct spawning;

}  // namespace detail

template <class R>
class [[nodiscard]] task {
  using joined = std::conditional_t<std::is_reference_v<R>, std::reference_wrapper<std::remove_reference_t<R>>,
                                    std::remove_cv_t<R>>;

 public:
  /// No task; joining it panics, destroying it does nothing.
  task() noexcept = default;
  task(task&&) noexcept = default;
  task& operator=(task&& other) noexcept {
    if (this != &other) {
      wait();
      state_ = std::move(other.state_);
    }
    return *this;
  }
  ~task() { wait(); }

  /// Waits for the end of the function, then returns its result or throws its exception. Once: afterwards there is no
  /// task here. Panics if there is none, or if the function left by goexit without a result.
  R join() {
    if (state_ == nullptr) no_task();
    wait();
    return take();
  }

  /// The same, but no longer than until the context is cancelled (E2), for a duration, or until a moment. Who gives up
  /// has changed nothing: the function goes on, and the task may be joined again (J4). A result that is a reference
  /// comes as a std::reference_wrapper.
  result<joined> join(const detail::wait_limit& limit) {
    if (state_ == nullptr) no_task();
    const detail::wait_end end = state_->ended.wait(limit, detail::wait_reason::join, state_.get());
    if (end != detail::wait_end::completed) return detail::error_of(end, limit);
    if constexpr (std::is_void_v<R>) {
      take();
      return {};
    } else {
      auto&& taken = take();
      if constexpr (std::is_reference_v<R>) {
        return joined(taken);
      } else {
        return std::move(taken);
      }
    }
  }
  template <class Rep, class Period>
  result<joined> join_for(const std::chrono::duration<Rep, Period>& d) {
    return join(detail::within(d));
  }
  result<joined> join_until(clock::time_point when) { return join(detail::until(when)); }

  /// Whether there is a task to join.
  [[nodiscard]] bool joinable() const noexcept { return state_ != nullptr; }

 private:
  friend struct detail::spawning;
  explicit task(std::unique_ptr<detail::task_state<R>> state) noexcept : state_(std::move(state)) {}

  void wait() {
    if (state_ != nullptr) state_->ended.wait(detail::wait_reason::join, state_.get());
  }

  R take() {
    const auto state = std::move(state_);
    if (state == nullptr) no_task();  // joined by another meanwhile
    return state->take_result();
  }

  [[noreturn]] static void no_task() { detail::panic("weft: join of a task that was joined or moved away"); }

  std::unique_ptr<detail::task_state<R>> state_;  // the goroutine uses it until its end is finished, as wait() awaits
};

namespace detail {

/// What the goroutine of a task runs.
template <class R, class F>
struct task_body {
  using is_awaited_by_one = void;
  task_of<R, F>* running;  // there until its end is finished

  void operator()() const { running->run(); }
  [[nodiscard]] goroutine* list_waiter() const noexcept { return running->ended.list_waiter(); }
};

struct spawning {
  /// The task that calls f(), started.
  template <class F>
  static auto start(const start_options& options, F&& f) -> task<std::invoke_result_t<std::decay_t<F>&>> {
    using callable = std::decay_t<F>;
    using result = std::invoke_result_t<callable&>;
    require_goroutine_function<callable>(f);
    auto state = std::make_unique<task_of<result, callable>>(std::forward<F>(f));
    goroutine& made = make_goroutine_for(options, task_body<result, callable>{state.get()});
    state->ended.promise(made);
    detail::start(made);
    return task<result>(std::move(state));
  }
};

}  // namespace detail

/// Calls f() in a new goroutine with the given stack size or label; see go().
template <class F>
auto spawn(const go_options& options, F&& f, detail::site where = detail::site::here())
    -> task<std::invoke_result_t<std::decay_t<F>&>> {
  return detail::spawning::start(detail::checked(options, where), std::forward<F>(f));
}

/// Calls f() in a new goroutine. A null function is fatal: "go of nil func value".
template <class F>
requires std::is_invocable_v < std::decay_t<F>
& > auto spawn(F&& f, detail::site where = detail::site::here()) -> task<std::invoke_result_t<std::decay_t<F>&>> {
  return detail::spawning::start({where, 0, nullptr}, std::forward<F>(f));
}

}  // namespace weft

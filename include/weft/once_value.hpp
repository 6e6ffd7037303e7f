// SPDX-License-Identifier: Apache-2.0
//
// A function that is called once, by whoever first asks for its result; everybody gets that same result (M7).
//
//     weft::once_value tables([] { return load_tables(); });   // nothing is loaded yet
//     const auto& t = tables();                                // loaded now; the others wait until it has been
//
//     weft::once_func greet([] { std::puts("hello"); });
//     greet(); greet();                                        // one hello
//
// once_value gives a reference to the result, which lives as long as the object; all have the same one, so it is
// constant unless the function itself returns a reference. once_func is for functions without result.
//
// If the function throws, every call throws the same exception: not a copy, the same object. If it leaves by goexit,
// the goroutine that ran it ends and every other call panics "weft: the function of a once_value has left by goexit".
// In no case is it run again. It is destroyed, with all that it captured, when it has run, before any call returns.
//
// A function that calls its own object waits for itself: a deadlock, and reported as such (M6). A null function panics
// "weft: once_value of a null function", when the object is made.
//
// May be used from goroutines and from other threads. It can be neither copied nor moved. Happens-before: the return of
// the function before that of every call.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "weft/detail/callable.hpp"
#include "weft/detail/goexit.hpp"
#include "weft/detail/panic.hpp"
#include "weft/once.hpp"

namespace weft {

namespace detail {

/// A function that runs once and what came of it, apart from its result. Everything is written inside once_.call() and
/// read after it.
template <class F>
class once_function {
 protected:
  template <class G>
  explicit once_function(G&& f) {
    require_callable<F>(f, "weft: once_value of a null function");
    f_.emplace(std::forward<G>(f));
  }
  once_function(const once_function&) = delete;
  once_function& operator=(const once_function&) = delete;
  ~once_function() = default;

  /// Calls keep(f) if nobody has before. Returns when f has; throws if f threw.
  template <class Keep>
  void settle(Keep keep) {
    once_.call([&] {
      const release_at_end end{f_};
      try {
        keep(*f_);
        returned_ = true;
      } catch (const goexit_signal&) {
        throw;
      } catch (...) {
        error_ = std::current_exception();
      }
    });
    if (returned_) return;
    if (error_ != nullptr) std::rethrow_exception(error_);
    panic("weft: the function of a once_value has left by goexit");
  }

 private:
  struct release_at_end {
    std::optional<F>& f;
    ~release_at_end() { f.reset(); }
  };

  once once_;
  std::optional<F> f_;  // until it has run
  std::exception_ptr error_;
  bool returned_ = false;
};

}  // namespace detail

template <class F>
class once_value : detail::once_function<F> {
  using returned = std::invoke_result_t<F&>;
  static_assert(!std::is_void_v<returned>, "weft: a function without result is for once_func");
  using kept = std::conditional_t<std::is_reference_v<returned>, std::add_pointer_t<returned>,
                                  std::optional<std::remove_cv_t<returned>>>;

 public:
  explicit once_value(F f) : detail::once_function<F>(std::move(f)) {}

  /// The result of the function.
  std::conditional_t<std::is_reference_v<returned>, std::remove_reference_t<returned>&,
                     const std::remove_reference_t<returned>&>
  operator()() {
    this->settle([this](F& f) {
      if constexpr (std::is_reference_v<returned>) {
        auto&& referred = std::invoke(f);
        result_ = std::addressof(referred);
      } else {
        result_.emplace(std::invoke(f));
      }
    });
    return *result_;
  }

 private:
  kept result_{};
};

template <class F>
class once_func : detail::once_function<F> {
 public:
  explicit once_func(F f) : detail::once_function<F>(std::move(f)) {}

  /// Returns when the function has.
  void operator()() {
    this->settle([](F& f) { static_cast<void>(std::invoke(f)); });
  }
};

}  // namespace weft

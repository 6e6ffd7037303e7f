// SPDX-License-Identifier: Apache-2.0
//
// Why something ended: an error code, an exception, or nothing.
//
//     ctx.cancel(weft::failure(std::make_error_code(std::errc::no_buffer_space)));
//     ctx.cancel(weft::failure::of(quota_exceeded("disk")));
//     if (weft::failure why = ctx.cause()) std::puts(why.message().c_str());
//
// The cause of a context's end (X4) and what the first goroutine of a group that fails leaves behind (E1). It is Go's
// `error` for those places where C++ has two kinds of them. A copy costs a reference count; copies are equal.
#pragma once

#include <exception>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace weft {

class failure {
 public:
  /// No failure.
  failure() noexcept = default;

  /// An error code; a zero one is no failure. Also from the enumerators of any error code enumeration.
  failure(std::error_code code) noexcept : code_(code) {}
  template <class E>
  requires(std::is_error_code_enum_v<E>) failure(E code)
  noexcept : code_(code) {}

  /// An exception, as std::current_exception() gives it; a null one is no failure.
  failure(std::exception_ptr exception) noexcept : exception_(std::move(exception)) {}

  /// The failure of having thrown `exception`.
  template <class E>
  [[nodiscard]] static failure of(E exception) noexcept {
    return {std::make_exception_ptr(std::move(exception))};
  }

  /// Whether there is one.
  explicit operator bool() const noexcept { return code_ || exception_; }

  /// The code, or zero if it is an exception or none.
  [[nodiscard]] std::error_code code() const noexcept { return code_; }

  /// The exception, or null if it is a code or none.
  [[nodiscard]] const std::exception_ptr& exception() const noexcept { return exception_; }

  /// Throws the exception; for a code, a std::system_error with it. Panics if there is no failure.
  [[noreturn]] void rethrow() const;

  /// The code's message, or what the exception's what() says; empty if there is no failure.
  [[nodiscard]] std::string message() const;

  /// Whether both are the same code, or the same exception object, or none.
  friend bool operator==(const failure& a, const failure& b) noexcept {
    return a.code_ == b.code_ && a.exception_ == b.exception_;
  }

 private:
  std::error_code code_;  // at most one of the two says something
  std::exception_ptr exception_;
};

}  // namespace weft

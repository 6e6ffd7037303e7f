// SPDX-License-Identifier: Apache-2.0
//
// The value of an operation, or the reason why the world refused it.
//
//     weft::result<std::size_t> n = connection.read(buffer);
//     if (!n) return n.error();
//     use(buffer, *n);
//
// The shape of std::expected<T, std::error_code>, which C++20 does not have. It is for failures of the world (a reset
// connection, a deadline). Absence is a std::optional, a bug is a panic. value() of a failure throws std::system_error.
#pragma once

#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include "weft/detail/panic.hpp"
#include "weft/unit.hpp"

namespace weft {

template <class T>
class [[nodiscard]] result {
  using kept = std::conditional_t<std::is_void_v<T>, unit, T>;

  static_assert(!std::is_convertible_v<kept, std::error_code>,
                "weft: the value of a result cannot be an error: which of the two would it be?");

 public:
  using value_type = T;

  /// Success.
  result() requires std::is_void_v<T> : content_(std::in_place_index<0>) {}
  template <class U = kept>
  requires(std::is_constructible_v<kept, U&&> && !std::is_same_v<std::remove_cvref_t<U>, result> &&
           !std::is_convertible_v<U&&, std::error_code>) result(U&& value)
      : content_(std::in_place_index<0>, std::forward<U>(value)) {}

  /// Failure; `error` must not be zero.
  result(std::error_code error) noexcept : content_(std::in_place_index<1>, error) {
    if (!error) detail::panic("weft: a result was made from an error_code that says success");
  }

  [[nodiscard]] bool has_value() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  template <class E>
  requires(std::is_error_code_enum_v<E>) result(E reason)
  noexcept : result(make_error_code(reason)) {}

  /// The reason; a zero error_code on success.
  [[nodiscard]] std::error_code error() const noexcept {
    return has_value() ? std::error_code() : *std::get_if<1>(&content_);
  }

  /// The value; throws std::system_error on failure.
  kept& value() & {
    require_value();
    return **this;
  }
  const kept& value() const& {
    require_value();
    return **this;
  }
  kept&& value() && { return std::move(value()); }

  /// The value; undefined on failure.
  [[nodiscard]] kept& operator*() & noexcept { return *std::get_if<0>(&content_); }
  [[nodiscard]] const kept& operator*() const& noexcept { return *std::get_if<0>(&content_); }
  [[nodiscard]] kept&& operator*() && noexcept { return std::move(*std::get_if<0>(&content_)); }
  [[nodiscard]] kept* operator->() noexcept { return std::get_if<0>(&content_); }
  [[nodiscard]] const kept* operator->() const noexcept { return std::get_if<0>(&content_); }

  /// The value, or else `otherwise`.
  template <class U>
  [[nodiscard]] kept value_or(U&& otherwise) const& {
    return has_value() ? **this : static_cast<kept>(std::forward<U>(otherwise));
  }
  template <class U>
  [[nodiscard]] kept value_or(U&& otherwise) && {
    return has_value() ? std::move(**this) : static_cast<kept>(std::forward<U>(otherwise));
  }

 private:
  void require_value() const {
    if (!has_value()) throw std::system_error(error());
  }

  std::variant<kept, std::error_code> content_;
};

}  // namespace weft

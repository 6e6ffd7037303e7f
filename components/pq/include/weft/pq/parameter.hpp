// SPDX-License-Identifier: Apache-2.0
//
// The value of a $1 in a statement. Made from what is at hand, where a parameter is taken:
//
//     db.query("select $1::int + $2", 7, "35");                          // numbers, bools and texts
//     db.exec("insert into files values ($1, $2)", name, weft::pq::binary(bytes));
//     db.exec("update users set email = $1", std::optional<std::string>());   // NULL; also nullptr and std::nullopt
//
// Values go as texts, which the server reads as the type that stands at their place; binary() goes as it is, in the
// binary form of that type: for bytea and for texts these are the bytes themselves. The value is copied.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft::pq {

class parameter {
 public:
  parameter(std::nullptr_t) noexcept : null_(true) {}
  parameter(std::nullopt_t) noexcept : null_(true) {}
  parameter(std::string text) noexcept : bytes_(std::move(text)) {}
  parameter(std::string_view text) : bytes_(text) {}
  parameter(const char* text) : bytes_(text == nullptr ? "" : text), null_(text == nullptr) {}
  template <class T>
  requires(std::is_arithmetic_v<T>) parameter(T value) : bytes_(written(value)) {}
  template <class T>
  parameter(const std::optional<T>& value) : parameter(value ? parameter(*value) : parameter(nullptr)) {}

  [[nodiscard]] friend parameter binary(std::span<const std::byte> bytes) {
    parameter made(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    made.binary_ = true;
    return made;
  }

  [[nodiscard]] bool is_null() const noexcept { return null_; }
  [[nodiscard]] bool is_binary() const noexcept { return binary_; }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  template <class T>
  static std::string written(T value) {
    if constexpr (std::same_as<T, bool>) {
      return value ? "t" : "f";
    } else if constexpr (std::same_as<T, char>) {
      return std::string(1, value);
    } else {
      char digits[64];
      return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
    }
  }

  std::string bytes_;
  bool null_ = false;
  bool binary_ = false;
};

/// Bytes as they are.
[[nodiscard]] parameter binary(std::span<const std::byte> bytes);

}  // namespace weft::pq

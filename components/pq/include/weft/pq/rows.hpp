// SPDX-License-Identifier: Apache-2.0
//
// What a statement returns: rows of values, and how many rows it has changed.
//
//     weft::result<weft::pq::rows> users = db.query("select id, name, email from users");
//     if (!users) return users.error();
//     for (weft::pq::row user : *users) {
//       auto id = user.get<int>("id");                                  // errors: no such column, not a number, NULL
//       auto email = user.get<std::optional<std::string>>(2);           // NULL is nullopt
//     }
//
// get<T>() reads a value as a bool, a number, a text (std::string, or std::string_view into the rows), bytes
// (std::vector<std::byte>, of bytea), or an optional of these. rows is a handle: copies share what the server sent,
// which is never changed, so that any number of threads may read it; a row and a view live as long as one of them.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "weft/pq/error.hpp"
#include "weft/result.hpp"

struct pg_result;  // libpq's

namespace weft::pq {

namespace detail {

template <class T>
struct reading {
  static result<T> of(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) return errc::out_of_range;
    if (error != std::errc() || end != text.data() + text.size()) return errc::bad_text;
    return value;
  }
};

template <>
struct reading<bool> {
  static result<bool> of(std::string_view text) {
    if (text == "t" || text == "f") return text == "t";
    return errc::bad_text;
  }
};

template <>
struct reading<std::string_view> {
  static result<std::string_view> of(std::string_view text) { return text; }
};

template <>
struct reading<std::string> {
  static result<std::string> of(std::string_view text) { return std::string(text); }
};

template <>
struct reading<std::vector<std::byte>> {
  static result<std::vector<std::byte>> of(std::string_view text);
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

}  // namespace detail

/// One row. Refers to the rows it is of.
class row {
 public:
  /// The value in a column, as a T.
  template <class T, class Column>
  [[nodiscard]] result<T> get(Column&& column) const {
    const result<std::optional<std::string_view>> found = cell(std::forward<Column>(column));
    if (!found) return found.error();
    if constexpr (detail::is_optional<T>) {
      if (!*found) return T();
      auto value = detail::reading<typename T::value_type>::of(**found);
      if (!value) return value.error();
      return T(std::move(*value));
    } else {
      if (!*found) return errc::null_value;
      return detail::reading<T>::of(**found);
    }
  }

  /// The text in a column, counted from 0 or by its name; nothing if it is NULL.
  [[nodiscard]] result<std::optional<std::string_view>> cell(std::size_t column) const;
  [[nodiscard]] result<std::optional<std::string_view>> cell(std::string_view column) const;
  [[nodiscard]] std::size_t columns() const noexcept;

 private:
  friend class rows;
  row(const pg_result* of, int index) noexcept : of_(of), index_(index) {}

  const pg_result* of_;
  int index_;
};

class rows {
 public:
  class iterator;

  /// None.
  rows() noexcept = default;
  explicit rows(std::shared_ptr<pg_result> from) noexcept : from_(std::move(from)) {}

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Must be less than size(): else it panics.
  [[nodiscard]] row operator[](std::size_t index) const;

  [[nodiscard]] std::size_t columns() const noexcept;
  /// Empty if there is no such column.
  [[nodiscard]] std::string_view column_name(std::size_t column) const noexcept;

  /// How many rows were selected, inserted, changed or deleted.
  [[nodiscard]] std::uint64_t affected() const noexcept;
  /// What was done, such as "INSERT 0 1".
  [[nodiscard]] std::string_view command() const noexcept;

  [[nodiscard]] iterator begin() const noexcept;
  [[nodiscard]] iterator end() const noexcept;

 private:
  std::shared_ptr<pg_result> from_;
};

class rows::iterator {
 public:
  using value_type = row;
  using difference_type = std::ptrdiff_t;

  iterator() noexcept = default;
  [[nodiscard]] row operator*() const noexcept { return row(of_, index_); }
  iterator& operator++() noexcept {
    ++index_;
    return *this;
  }
  iterator operator++(int) noexcept {
    const iterator before = *this;
    ++index_;
    return before;
  }
  friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.index_ == b.index_; }

 private:
  friend class rows;
  iterator(const pg_result* of, int index) noexcept : of_(of), index_(index) {}

  const pg_result* of_ = nullptr;
  int index_ = 0;
};

inline rows::iterator rows::begin() const noexcept { return {from_.get(), 0}; }
inline rows::iterator rows::end() const noexcept { return {from_.get(), static_cast<int>(size())}; }

}  // namespace weft::pq

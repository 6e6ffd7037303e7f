// SPDX-License-Identifier: Apache-2.0
//
// Header fields: names and values, in the order in which they came or were added.
//
//     if (auto type = asked.header().get("content-type")) ...
//     answer.header().set("Cache-Control", "no-store");
//     for (const auto& [name, value] : asked.header()) ...
//
// Names are compared without regard to case, and kept as they were written. A name may come several times; get() finds
// the first. What is returned refers to the object: it is gone when a field is added or taken away.
//
// Nobody smuggles a field into a response through a value: a carriage return, a line feed or a zero byte in a value
// becomes a blank, as in Go (H4.6). A name that is no token is a bug of the program: std::invalid_argument, which the
// server answers with 500.
//
// All text lies in one string, so that a request costs no allocation once its connection has seen a larger one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::http {

/// Whether the two differ in the case of ASCII letters at most.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b) noexcept;

class fields {
 public:
  using field = std::pair<std::string_view, std::string_view>;

  /// The value of the first field of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  [[nodiscard]] bool contains(std::string_view name) const noexcept { return get(name).has_value(); }
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;

  /// Whether the comma-separated lists of all fields of that name have that element: has("Connection", "close").
  [[nodiscard]] bool has(std::string_view name, std::string_view element) const noexcept;

  /// One more field.
  void add(std::string_view name, std::string_view value);
  /// The only field of that name.
  void set(std::string_view name, std::string_view value);
  /// Takes away all fields of that name.
  void remove(std::string_view name) noexcept;
  void clear() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }
  [[nodiscard]] bool empty() const noexcept { return places_.empty(); }
  [[nodiscard]] field operator[](std::size_t index) const noexcept;

  class iterator {
   public:
    iterator(const fields& of, std::size_t index) noexcept : of_(&of), index_(index) {}
    field operator*() const noexcept { return (*of_)[index_]; }
    iterator& operator++() noexcept {
      ++index_;
      return *this;
    }
    friend bool operator==(const iterator&, const iterator&) = default;

   private:
    const fields* of_;
    std::size_t index_;
  };
  [[nodiscard]] iterator begin() const noexcept { return {*this, 0}; }
  [[nodiscard]] iterator end() const noexcept { return {*this, size()}; }

 private:
  struct place {
    std::size_t at;  // in text_: the name, and right after it the value
    std::size_t name;
    std::size_t value;
  };

  std::string text_;
  std::vector<place> places_;
};

}  // namespace weft::http

// SPDX-License-Identifier: Apache-2.0
//
// What Redis answers: a value.
//
//     weft::redis::reply r = ...;
//     if (r.is_nil()) ...                                             // there is no such key
//     use(r.text(), r.integer());
//     for (const weft::redis::reply& each : r.elements()) ...
//
// Asking a reply for what it is not gives nothing: an empty text, 0, no elements; what() says what it is. A text may
// have any bytes. An error is a reply only among those of a batch, and inside arrays.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weft::redis {

class reply {
 public:
  enum class kind : std::uint8_t { nil, integer, text, status, array, error };

  /// Nil.
  reply() noexcept = default;
  explicit reply(std::int64_t value) noexcept : kind_(kind::integer), integer_(value) {}
  explicit reply(std::vector<reply> elements) noexcept : kind_(kind::array), elements_(std::move(elements)) {}
  /// A text, a status such as "OK", or an error's line.
  reply(kind what, std::string text) noexcept : kind_(what), text_(std::move(text)) {}

  [[nodiscard]] kind what() const noexcept { return kind_; }
  [[nodiscard]] bool is_nil() const noexcept { return kind_ == kind::nil; }
  [[nodiscard]] bool is_error() const noexcept { return kind_ == kind::error; }

  [[nodiscard]] std::int64_t integer() const noexcept { return integer_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] const std::vector<reply>& elements() const noexcept { return elements_; }

  friend bool operator==(const reply&, const reply&) = default;

 private:
  kind kind_ = kind::nil;
  std::int64_t integer_ = 0;
  std::string text_;
  std::vector<reply> elements_;
};

}  // namespace weft::redis

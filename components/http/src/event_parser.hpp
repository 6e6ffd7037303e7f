// SPDX-License-Identifier: Apache-2.0
//
// The format of server-sent events (HTML, "Parsing an event stream"), taken apart as it comes.
//
// Lines end in CR LF, LF or CR, wherever the pieces were cut: a CR at the end of a piece ends its line at once, and an
// LF that comes next belongs to it. One byte order mark at the beginning is passed over. What has no meaning is
// ignored, as the standard has it: unknown names, an id with a zero byte, a retry that is not of digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weft/http/event_source.hpp"

namespace weft::http {

class event_parser {
 public:
  explicit event_parser(std::size_t max_event) noexcept : max_event_(max_event) {}

  /// Takes bytes off the front of `input`, until an event is complete or there are none left.
  [[nodiscard]] std::optional<event_source::event> take(std::string_view& input);

  /// An event is longer than it may be: nothing more can be taken.
  [[nodiscard]] bool too_large() const noexcept { return line_.size() + data_.size() + name_.size() > max_event_; }
  /// The last id that was given with a complete event.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  /// What the server wants between two attempts, if it has said so.
  [[nodiscard]] std::optional<std::uint64_t> retry() const noexcept { return retry_; }

  /// A new connection: what was not complete is dropped.
  void begin(std::string id);

 private:
  std::optional<event_source::event> end_of_line();
  void field(std::string_view name, std::string_view value);

  const std::size_t max_event_;
  std::string line_, name_, data_, new_id_, id_;
  std::optional<std::uint64_t> retry_;
  bool has_data_ = false;
  bool after_return_ = false;
  bool first_line_ = true;
};

}  // namespace weft::http

// SPDX-License-Identifier: Apache-2.0
//
// Which statements the server has prepared for a session, by their texts, and under which names.
//
// A name is used once: an exchange that was given up in the middle leaves open whether its statement exists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weft::pq::detail {

class prepared_statements {
 public:
  [[nodiscard]] std::string new_name() { return "weft_" + std::to_string(++made_); }
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

  /// The name, or null. It is the one used last from here on.
  [[nodiscard]] const std::string* find(std::string_view text);
  void keep(std::string_view text, std::string name);
  void forget(std::string_view text);

  /// The one that was not used for longest. There must be one.
  [[nodiscard]] const std::string& oldest_text() const noexcept { return all_.back().text; }
  [[nodiscard]] const std::string& oldest_name() const noexcept { return all_.back().name; }

 private:
  struct one {
    std::string text;
    std::string name;
  };

  std::list<one> all_;  // the one used last comes first
  std::unordered_map<std::string_view, std::list<one>::iterator> by_text_;
  std::uint64_t made_ = 0;
};

}  // namespace weft::pq::detail

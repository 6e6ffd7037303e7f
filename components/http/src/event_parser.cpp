// SPDX-License-Identifier: Apache-2.0
#include "event_parser.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace weft::http {

void event_parser::begin(std::string id) {
  line_.clear();
  name_.clear();
  data_.clear();
  new_id_ = id_ = std::move(id);
  has_data_ = after_return_ = false;
  first_line_ = true;
}

std::optional<event_source::event> event_parser::take(std::string_view& input) {
  while (!input.empty() && !too_large()) {
    if (std::exchange(after_return_, false) && input[0] == '\n') {
      input.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(input.find_first_of("\r\n"), input.size());
    line_.append(input.substr(0, end));
    if (end == input.size()) {
      input = {};
      break;
    }
    after_return_ = input[end] == '\r';
    input.remove_prefix(end + 1);
    if (auto made = end_of_line()) return made;
  }
  return std::nullopt;
}

std::optional<event_source::event> event_parser::end_of_line() {
  const std::string line = std::exchange(line_, {});
  std::string_view text = line;
  if (std::exchange(first_line_, false) && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (!text.empty()) {
    const std::size_t colon = text.find(':');
    std::string_view value = colon == text.npos ? std::string_view() : text.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    field(text.substr(0, colon), value);
    return std::nullopt;
  }
  id_ = new_id_;
  std::string name = std::exchange(name_, {});
  std::string data = std::exchange(data_, {});
  if (!std::exchange(has_data_, false)) return std::nullopt;
  data.pop_back();  // the end of the last line
  return event_source::event{.name = name.empty() ? "message" : std::move(name), .data = std::move(data), .id = id_};
}

void event_parser::field(std::string_view name, std::string_view value) {
  if (name == "data") {
    data_.append(value) += '\n';
    has_data_ = true;
  } else if (name == "event") {
    name_ = value;
  } else if (name == "id") {
    if (value.find('\0') == value.npos) new_id_ = value;
  } else if (name == "retry" && !value.empty() && value.find_first_not_of("0123456789") == value.npos) {
    std::uint64_t number = 0;
    const auto [stop, wrong] = std::from_chars(value.data(), value.data() + value.size(), number);
    retry_ = wrong == std::errc() ? number : ~std::uint64_t{0};
  }
}

}  // namespace weft::http

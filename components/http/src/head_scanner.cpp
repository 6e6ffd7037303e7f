// SPDX-License-Identifier: Apache-2.0
#include "head_scanner.hpp"

#include <algorithm>
#include <array>

#include "weft/http/status.hpp"

namespace weft::http {
namespace {

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = table[c + 32] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> token_table = make_token_table();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "HTTP/1.1"
int check_version(std::string_view version) {
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
      !is_digit(version[7])) {
    return status::bad_request;
  }
  return version == "HTTP/1.1" || version == "HTTP/1.0" ? 0 : status::version_not_supported;
}

int check_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == line.npos ? line.npos : line.find(' ', first + 1);
  if (second == line.npos || first == 0 || second == first + 1) return status::bad_request;
  if (!is_token(line.substr(0, first))) return status::bad_request;
  return check_version(line.substr(second + 1));
}

}  // namespace

bool is_token_character(unsigned char c) noexcept { return token_table[c]; }

bool is_token(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return token_table[static_cast<unsigned char>(c)]; });
}

head_scanner::outcome head_scanner::refuse(int status) noexcept {
  status_ = status;
  return outcome::refused;
}

int head_scanner::check_character(unsigned char c) noexcept {
  if (in_request_line_) return c >= 0x20 && c < 0x7f ? 0 : status::bad_request;
  if (!in_name_) return c >= 0x20 && c != 0x7f ? 0 : (c == '\t' ? 0 : status::bad_request);
  if (c == ':' && at_ != line_) {
    in_name_ = false;
    return 0;
  }
  return is_token_character(c) ? 0 : status::bad_request;
}

int head_scanner::check_line(std::string_view line) noexcept {
  if (in_request_line_) {
    in_request_line_ = false;
    return check_request_line(line);
  }
  if (in_name_) return status::bad_request;  // no colon
  return ++fields_ > most_fields ? status::request_header_fields_too_large : 0;
}

head_scanner::outcome head_scanner::scan(std::string_view all) {
  const std::size_t most = std::min(all.size(), begin_ + limit_);
  for (; at_ < most; ++at_) {
    const auto c = static_cast<unsigned char>(all[at_]);
    if (after_return_) {
      if (c != '\n') return refuse(status::bad_request);
      after_return_ = false;
      const std::string_view line = all.substr(line_, at_ - 1 - line_);
      line_ = at_ + 1;
      if (line.empty()) {
        if (!in_request_line_) {
          ++at_;
          return outcome::complete;
        }
        if (begin_ != 0) return refuse(status::bad_request);
        begin_ = line_;
        continue;
      }
      if (const int wrong = check_line(line); wrong != 0) return refuse(wrong);
      in_name_ = true;
    } else if (c == '\r') {
      after_return_ = true;
    } else if (const int wrong = check_character(c); wrong != 0) {
      return refuse(wrong);
    }
  }
  if (at_ < begin_ + limit_) return outcome::more;
  return refuse(in_request_line_ ? status::uri_too_long : status::request_header_fields_too_large);
}

}  // namespace weft::http

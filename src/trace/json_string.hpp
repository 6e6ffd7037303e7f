// SPDX-License-Identifier: Apache-2.0
//
// A text as JSON has it, whatever is in it: labels and names of files come from the program and from the file system.
// What is no UTF-8 (Unicode 15, table 3-7) becomes question marks, because one such byte makes the whole file no JSON.
#pragma once

#include <cstddef>
#include <string_view>

namespace weft::detail {

/// Bytes of the UTF-8 character that begins there; 0: none does.
[[nodiscard]] constexpr std::size_t utf8_character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = byte(0) < 0x80 ? 1 : byte(0) < 0xc2 ? 0 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  if (size == 0 || size > text.size() || byte(0) > 0xf4) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xf0 && byte(1) < 0x90);
  const bool no_character = (byte(0) == 0xed && byte(1) > 0x9f) || (byte(0) == 0xf4 && byte(1) > 0x8f);
  return overlong || no_character ? 0 : size;
}

/// Calls put(char) for each byte of the string, the quotation marks among them.
template <class Put>
void put_json_string(std::string_view text, Put put) {
  constexpr char digits[] = "0123456789abcdef";
  put('"');
  while (!text.empty()) {
    const char c = text[0];
    const std::size_t length = utf8_character(text);
    if (length == 0) {
      put('?');
    } else if (static_cast<unsigned char>(c) < 0x20) {
      for (const char each : {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]}) put(each);
    } else {
      if (c == '"' || c == '\\') put('\\');
      for (const char each : text.substr(0, length)) put(each);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  put('"');
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// What a word is: a run of ASCII letters and of bytes from 0x80 on, so that the letters of UTF-8 texts count, with the
// ASCII letters in lower case. Digits, punctuation and everything else separate words.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace wordcount {

/// For each byte 0 if it separates words, else the byte in lower case.
inline constexpr auto letters = [] {
  std::array<char, 256> table{};
  for (std::size_t c = 'a'; c <= 'z'; ++c) table[c] = static_cast<char>(c);
  for (std::size_t c = 'A'; c <= 'Z'; ++c) table[c] = static_cast<char>(c - 'A' + 'a');
  for (std::size_t c = 0x80; c <= 0xff; ++c) table[c] = static_cast<char>(c);
  return table;
}();

/// Calls use(word) for each word of the text, which is turned into lower case on the way.
template <class F>
void for_each_word(char* text, std::size_t size, F&& use) {
  char* const end = text + size;
  for (char* at = text; at != end;) {
    char c = letters[static_cast<unsigned char>(*at)];
    if (c == 0) {
      ++at;
      continue;
    }
    char* const word = at;
    do {
      *at++ = c;
    } while (at != end && (c = letters[static_cast<unsigned char>(*at)]) != 0);
    use(std::string_view(word, static_cast<std::size_t>(at - word)));
  }
}

}  // namespace wordcount

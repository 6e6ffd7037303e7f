// SPDX-License-Identifier: Apache-2.0
#include "trace/text_out.hpp"

#include "base/report_hook.hpp"

namespace weft::detail {

namespace {

/// Bytes of the UTF-8 character that begins there; 0: none does.
std::size_t character_at(const char* text, std::size_t left) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = byte(0) < 0x80 ? 1 : byte(0) < 0xc2 ? 0 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  if (size == 0 || size > left || byte(0) > 0xf4) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xf0 && byte(1) < 0x90);
  const bool no_character = (byte(0) == 0xed && byte(1) > 0x9f) || (byte(0) == 0xf4 && byte(1) > 0x8f);
  return overlong || no_character ? 0 : size;
}

}  // namespace

void text_out::put(char c) noexcept {
  if (used_ == sizeof buffer_) flush();
  buffer_[used_++] = c;
}

void text_out::text(const char* text) noexcept {
  for (; *text != '\0'; ++text) put(*text);
}

void text_out::number(std::uint64_t value) noexcept {
  char digits[20];
  std::size_t n = 0;
  do {
    digits[n++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (n > 0) put(digits[--n]);
}

void text_out::hexadecimal(std::uint64_t value) noexcept {
  text("0x");
  int shift = 60;
  while (shift > 0 && (value >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) put("0123456789abcdef"[(value >> shift) & 15]);
}

void text_out::microseconds(std::int64_t nanoseconds) noexcept {
  auto value = static_cast<std::uint64_t>(nanoseconds);
  if (nanoseconds < 0) {
    put('-');
    value = 0 - value;
  }
  number(value / 1000);
  put('.');
  for (std::uint64_t unit = 100; unit != 0; unit /= 10) put(static_cast<char>('0' + value / unit % 10));
}

void text_out::quoted(const char* text, std::size_t size) noexcept {
  put('"');
  for (std::size_t i = 0; i < size;) {
    const char c = text[i];
    const std::size_t length = character_at(text + i, size - i);
    if (length == 0) {
      put('?');
    } else if (static_cast<unsigned char>(c) < 0x20) {
      this->text("\\u00");
      put("0123456789abcdef"[c >> 4]);
      put("0123456789abcdef"[c & 15]);
    } else {
      if (c == '"' || c == '\\') put('\\');
      for (std::size_t k = 0; k < length; ++k) put(text[i + k]);
    }
    i += length == 0 ? 1 : length;
  }
  put('"');
}

bool text_out::flush() noexcept {
  good_ = write_bytes(fd_, buffer_, used_) && good_;
  used_ = 0;
  return good_;
}

}  // namespace weft::detail

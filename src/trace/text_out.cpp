// SPDX-License-Identifier: Apache-2.0
#include "trace/text_out.hpp"

#include "base/report_hook.hpp"
#include "trace/json_string.hpp"

namespace weft::detail {

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
  put_json_string({text, size}, [this](char c) { put(c); });
}

int text_out::flush() noexcept {
  const int error = error_ == 0 ? write_bytes(fd_, buffer_, used_) : 0;  // what comes after a hole is of no use
  if (error != 0) error_ = error;
  used_ = 0;
  return error_;
}

}  // namespace weft::detail

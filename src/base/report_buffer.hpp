// SPDX-License-Identifier: Apache-2.0
//
// Text for a report, collected before it is written: a dump of thousands of lines must not take a call of the kernel
// for each. On the stack of whoever reports; takes no memory. What is written on both ways, through it and past it,
// must be flushed in between.
#pragma once

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "base/report_hook.hpp"

namespace weft::detail {

class report_buffer {
 public:
  explicit report_buffer(int fd) noexcept : fd_(fd) {}
  report_buffer(const report_buffer&) = delete;
  report_buffer& operator=(const report_buffer&) = delete;
  ~report_buffer() { flush(); }

  /// As printf; what is longer than a line of the buffer is cut.
  __attribute__((format(printf, 2, 3))) void print(const char* format, ...) noexcept {
    if (used_ > size - longest) flush();
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(text_ + used_, longest, format, arguments);
    va_end(arguments);
    if (length > 0)
      used_ += static_cast<std::size_t>(length) < longest ? static_cast<std::size_t>(length) : longest - 1;
  }

  void flush() noexcept {
    text_[used_] = '\0';
    if (used_ != 0) write_text(fd_, text_);
    used_ = 0;
  }

 private:
  static constexpr std::size_t size = 1100;
  static constexpr std::size_t longest = 640;

  const int fd_;
  std::size_t used_ = 0;
  char text_[size];
};

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// Text to a descriptor, by way of a buffer in the object itself. Nothing is allocated.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

class text_out {
 public:
  explicit text_out(int fd) noexcept : fd_(fd) {}

  void text(const char* text) noexcept;
  void number(std::uint64_t value) noexcept;
  void hexadecimal(std::uint64_t value) noexcept;

  /// Nanoseconds as microseconds with three decimals.
  void microseconds(std::int64_t nanoseconds) noexcept;

  /// In quotation marks, as JSON has it. Bytes that are no UTF-8 become question marks.
  void quoted(const char* text, std::size_t size) noexcept;

  /// Writes what is left. 0, or the first error that there was.
  int flush() noexcept;

 private:
  void put(char c) noexcept;

  int fd_;
  int error_ = 0;
  std::size_t used_ = 0;
  char buffer_[4096];
};

}  // namespace weft::detail

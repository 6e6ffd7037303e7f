// SPDX-License-Identifier: Apache-2.0
//
// Memory as a reader and as a writer. None of them blocks, and each is for one goroutine at a time.
//
//     weft::io::memory_reader in("two\nlines\n");     // of a text or of bytes, which it refers to
//     weft::io::string_writer out;                    // grows; out.text() is what was written
//     weft::io::memory_writer fixed(buffer);          // errc::too_long when the buffer is full, and nothing written
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "weft/io/error.hpp"
#include "weft/io/stream.hpp"
#include "weft/result.hpp"

namespace weft::io {

/// Reads what it refers to, once from the beginning to the end (I5.1).
class memory_reader {
 public:
  explicit memory_reader(std::span<const std::byte> bytes) noexcept : left_(bytes) {}
  explicit memory_reader(std::string_view text) noexcept : left_(bytes_of(text)) {}

  result<std::size_t> read(std::span<std::byte> into) noexcept {
    const std::size_t n = std::min(into.size(), left_.size());
    if (n != 0) std::memcpy(into.data(), left_.data(), n);
    left_ = left_.subspan(n);
    return n;
  }

  /// What has not been read yet.
  [[nodiscard]] std::span<const std::byte> left() const noexcept { return left_; }

 private:
  std::span<const std::byte> left_;
};

/// Appends to a string of its own (I5.2).
class string_writer {
 public:
  result<std::size_t> write(std::span<const std::byte> from) {
    text_.append(text_of(from));
    return from.size();
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  /// The string, out of the writer, which is empty again.
  [[nodiscard]] std::string take() noexcept { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

/// Fills the memory that it refers to (I5.3).
class memory_writer {
 public:
  explicit memory_writer(std::span<std::byte> room) noexcept : room_(room) {}

  /// errc::too_long if there is not enough room for all of it; then nothing is written.
  result<std::size_t> write(std::span<const std::byte> from) noexcept {
    if (from.size() > room_.size() - used_) return errc::too_long;
    if (!from.empty()) std::memcpy(room_.data() + used_, from.data(), from.size());
    used_ += from.size();
    return from.size();
  }

  [[nodiscard]] std::span<const std::byte> written() const noexcept { return room_.first(used_); }

 private:
  std::span<std::byte> room_;
  std::size_t used_ = 0;
};

}  // namespace weft::io

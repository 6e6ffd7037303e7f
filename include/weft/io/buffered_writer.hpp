// SPDX-License-Identifier: Apache-2.0
//
// A writer that collects small writes into large ones.
//
//     weft::io::buffered_writer out(connection);
//     for (const auto& line : lines) weft::io::write(out, line);
//     if (auto done = out.flush(); !done) return done.error();
//
// A write that fits is kept; when the buffer is full it is written, and what is at least as large as the buffer goes to
// the writer directly. Nothing is written later than it was handed over, or in another order.
//
// An error is for ever: after the first, every write and flush reports it again and nothing more is written (I4.2). So
// errors need to be looked at only once, where flush() is called.
//
// The destructor writes nothing. What was not flushed is lost, as in Go: a destructor could block, and could not tell
// anybody of an error (I4.3).
//
// Refers to a writer that has a name, and takes in one that has none. For one goroutine at a time.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

#include "weft/io/error.hpp"
#include "weft/io/stream.hpp"
#include "weft/result.hpp"

namespace weft::io {

template <writer W>
class buffered_writer {
 public:
  /// A buffer of `size` bytes, at least 1.
  explicit buffered_writer(W&& to, std::size_t size = 4096)
      : to_(std::forward<W>(to)), size_(size == 0 ? 1 : size), buffer_(new std::byte[size_]) {}

  result<std::size_t> write(std::span<const std::byte> from) {
    if (error_) return error_;
    const std::size_t all = from.size();
    if (all > size_ - used_) {
      if (!write_out()) return error_;
      if (all >= size_) {
        if (!pass_on(from)) return error_;
        return all;
      }
    }
    if (all != 0) std::memcpy(buffer_.get() + used_, from.data(), all);
    used_ += all;
    return all;
  }

  /// Writes what is in the buffer (I4.1).
  result<void> flush() {
    if (error_ || !write_out()) return error_;
    return {};
  }

  /// How many bytes wait in the buffer.
  [[nodiscard]] std::size_t buffered() const noexcept { return used_; }

 private:
  bool pass_on(std::span<const std::byte> from) {
    const result<std::size_t> put = to_.write(from);
    if (!put)
      error_ = put.error();
    else if (*put != from.size())
      error_ = errc::no_progress;
    return !error_;
  }

  bool write_out() { return used_ == 0 || pass_on({buffer_.get(), std::exchange(used_, 0)}); }

  W to_;  // a reference if W is one
  const std::size_t size_;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t used_ = 0;
  std::error_code error_;  // the first one
};

template <class W>
buffered_writer(W&&, std::size_t = 4096) -> buffered_writer<W>;

}  // namespace weft::io

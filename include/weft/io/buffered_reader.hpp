// SPDX-License-Identifier: Apache-2.0
//
// A reader that reads ahead, and so can look for the end of a line.
//
//     weft::io::buffered_reader in(file);
//     for (;;) {
//       weft::result<std::optional<std::string_view>> line = in.read_line();
//       if (!line) return line.error();          // also errc::too_long
//       if (!*line) break;                       // the input has ended
//       use(**line);
//     }
//
// What peek, read_until and read_line return refers to the buffer: it is gone with the next operation.
//
// Limits are errors. The buffer grows as far as a call allows it: a line without an end costs at most `limit` bytes,
// and then that call reports errc::too_long. What it has seen stays in the buffer: a later call, with a larger limit or
// read(), goes on from where that one began (I3.3).
//
// An error of the reader below is reported when it is met, once; what came before it can still be read (I3.4).
//
// Refers to a reader that has a name, and takes in one that has none. For one goroutine at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/io/error.hpp"
#include "weft/io/stream.hpp"
#include "weft/result.hpp"

namespace weft::io {

/// The longest line, if the caller says nothing else.
inline constexpr std::size_t default_line_limit = 64 * 1024;

template <reader R>
class buffered_reader {
 public:
  /// Reads ahead by up to `size` bytes, at least 1.
  explicit buffered_reader(R&& from, std::size_t size = 4096)
      : from_(std::forward<R>(from)), ahead_(size == 0 ? 1 : size) {}

  /// What is in the buffer, or else what one read below brings: at least one byte, or 0 when the input has ended.
  result<std::size_t> read(std::span<std::byte> into) {
    if (into.empty()) return std::size_t{0};
    if (begin_ == end_) {
      if (into.size() >= ahead_) return checked(from_.read(into), into.size());
      const result<std::size_t> got = fill(end_ - begin_ + 1);
      if (!got || *got == 0) return got;
    }
    const std::size_t n = std::min(into.size(), end_ - begin_);
    std::memcpy(into.data(), buffer_.data() + begin_, n);
    begin_ += n;
    return n;
  }

  /// The next `n` bytes, without taking them; fewer if the input ends before (I3.1). What is asked for is read ahead,
  /// however much that is.
  result<std::span<const std::byte>> peek(std::size_t n) {
    while (end_ - begin_ < n) {
      const result<std::size_t> got = fill(n);
      if (!got) return got.error();
      if (*got == 0) break;
    }
    return std::span<const std::byte>(buffer_.data() + begin_, std::min(n, end_ - begin_));
  }

  /// Takes `n` bytes away, and returns how many that were: fewer if the input ends before.
  result<std::size_t> skip(std::size_t n) {
    std::size_t skipped = 0;
    while (skipped < n) {
      if (begin_ == end_) {
        const result<std::size_t> got = fill(1);
        if (!got) return got.error();
        if (*got == 0) break;
      }
      const std::size_t now = std::min(n - skipped, end_ - begin_);
      begin_ += now;
      skipped += now;
    }
    return skipped;
  }

  /// Everything up to the delimiter and the delimiter itself; what is left, if the input ends without one; nothing if
  /// nothing is left (I3.2). errc::too_long if the delimiter is not among the next `limit` bytes.
  result<std::optional<std::string_view>> read_until(char delimiter, std::size_t limit = default_line_limit) {
    std::size_t searched = 0;
    for (;;) {
      const std::string_view have = text_of({buffer_.data() + begin_, std::min(end_ - begin_, limit)});
      if (const std::size_t at = have.find(delimiter, searched); at != have.npos) return take(at + 1);
      searched = have.size();
      if (searched == limit && end_ - begin_ > limit) return errc::too_long;
      if (searched == limit) return at_limit();
      const result<std::size_t> got = fill(searched + 1);
      if (!got) return got.error();
      if (*got == 0) return end_ == begin_ ? std::nullopt : take(end_ - begin_);
    }
  }

  /// The next line without its end, which is "\n" or "\r\n"; the last may do without one. Nothing when the input has
  /// ended. errc::too_long if the line with its end has more than `limit` bytes (I3.2).
  result<std::optional<std::string_view>> read_line(std::size_t limit = default_line_limit) {
    result<std::optional<std::string_view>> line = read_until('\n', limit);
    if (line && *line && (*line)->ends_with('\n')) {
      (*line)->remove_suffix(1);
      if ((*line)->ends_with('\r')) (*line)->remove_suffix(1);
    }
    return line;
  }

  /// How many bytes have been read ahead.
  [[nodiscard]] std::size_t buffered() const noexcept { return end_ - begin_; }

 private:
  static result<std::size_t> checked(result<std::size_t> got, std::size_t room) {
    if (got && *got > room) return errc::no_progress;
    return got;
  }

  std::optional<std::string_view> take(std::size_t n) {
    const std::string_view taken = text_of({buffer_.data() + begin_, n});
    begin_ += n;
    return taken;
  }

  /// Exactly `limit` bytes are there, none a delimiter: that is all if the input ends here, and else too long.
  result<std::optional<std::string_view>> at_limit() {
    const std::size_t limit = end_ - begin_;
    const result<std::size_t> got = fill(limit + 1);
    if (!got) return got.error();
    if (*got != 0) return errc::too_long;
    return limit == 0 ? std::nullopt : take(limit);
  }

  /// One read below, into room for `total` bytes from begin_ on, or more.
  result<std::size_t> fill(std::size_t total) {
    if (begin_ != 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= std::exchange(begin_, 0);
    }
    if (buffer_.size() < total) buffer_.resize(std::max({total, ahead_, std::min(2 * buffer_.size(), total + ahead_)}));
    const std::span<std::byte> room = std::span(buffer_).subspan(end_);
    const result<std::size_t> got = checked(from_.read(room), room.size());
    if (got) end_ += *got;
    return got;
  }

  R from_;  // a reference if R is one
  const std::size_t ahead_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;  // buffer_[begin_, end_) has been read ahead
  std::size_t end_ = 0;
};

template <class R>
buffered_reader(R&&, std::size_t = 4096) -> buffered_reader<R>;

}  // namespace weft::io

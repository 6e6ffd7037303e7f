// SPDX-License-Identifier: Apache-2.0
//
// A reader that ends early.
//
//     weft::io::limited_reader body(connection, length);    // the next `length` bytes; then it ends
//
// Refers to a reader that has a name, and takes in one that has none. For one goroutine at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "weft/io/error.hpp"
#include "weft/io/stream.hpp"
#include "weft/result.hpp"

namespace weft::io {

template <reader R>
class limited_reader {
 public:
  limited_reader(R&& from, std::uint64_t limit) : from_(std::forward<R>(from)), left_(limit) {}

  /// Never reads beyond the limit (I5.4).
  result<std::size_t> read(std::span<std::byte> into) {
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_)));
    if (into.empty()) return std::size_t{0};
    const result<std::size_t> got = from_.read(into);
    if (got && *got > into.size()) return errc::no_progress;
    if (got) left_ -= *got;
    return got;
  }

  /// How many bytes it may still read.
  [[nodiscard]] std::uint64_t left() const noexcept { return left_; }

 private:
  R from_;  // a reference if R is one
  std::uint64_t left_;
};

template <class R>
limited_reader(R&&, std::uint64_t) -> limited_reader<R>;

}  // namespace weft::io

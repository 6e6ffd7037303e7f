// SPDX-License-Identifier: Apache-2.0
//
// Whole inputs: from a reader to a writer, or into memory.
//
//     weft::result<std::uint64_t> n = weft::io::copy(out, in);
//     weft::result<std::string> body = weft::io::read_all(in, 1 << 20);     // errc::too_long beyond a mebibyte
//
// They take readers and writers by reference, lvalues and temporaries alike, keep none of them, and stop at the first
// error of either side. To give up by a context: bound() in weft/io/stream.hpp.
//
// A reader that says it has read more than there was room for, or a writer that says it has written something else than
// it was given, is errc::no_progress: what it did cannot be relied upon.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "weft/io/error.hpp"
#include "weft/io/stream.hpp"
#include "weft/result.hpp"

namespace weft::io {

/// How much copy moves at a time; it is on the heap for as long as that takes.
inline constexpr std::size_t copy_buffer = 32 * 1024;

/// Copies at most `limit` bytes, until then or until the input ends; returns how many (I2.2).
template <writer W, reader R>
result<std::uint64_t> copy_at_most(W&& to, R&& from, std::uint64_t limit) {
  const std::unique_ptr<std::byte[]> buffer(new std::byte[copy_buffer]);
  std::uint64_t copied = 0;
  while (copied < limit) {
    const std::size_t room = static_cast<std::size_t>(std::min<std::uint64_t>(copy_buffer, limit - copied));
    const result<std::size_t> got = from.read(std::span(buffer.get(), room));
    if (!got) return got.error();
    if (*got == 0) break;
    if (*got > room) return errc::no_progress;
    const result<std::size_t> put = to.write(std::span<const std::byte>(buffer.get(), *got));
    if (!put) return put.error();
    if (*put != *got) return errc::no_progress;
    copied += *got;
  }
  return copied;
}

/// Copies until the input ends; returns how many bytes (I2.1).
template <writer W, reader R>
result<std::uint64_t> copy(W&& to, R&& from) {
  return copy_at_most(to, from, std::numeric_limits<std::uint64_t>::max());
}

/// Copies exactly `n` bytes, and returns n; errc::unexpected_end if the input ends before. Nothing beyond them is read
/// (I2.2).
template <writer W, reader R>
result<std::uint64_t> copy_n(W&& to, R&& from, std::uint64_t n) {
  const result<std::uint64_t> copied = copy_at_most(to, from, n);
  if (copied && *copied != n) return errc::unexpected_end;
  return copied;
}

/// Fills `into`, and returns its size; 0 if the input has ended, and errc::unexpected_end if it ends in the middle
/// (I2.3).
template <reader R>
result<std::size_t> read_full(R&& from, std::span<std::byte> into) {
  std::size_t have = 0;
  while (have < into.size()) {
    const result<std::size_t> got = from.read(into.subspan(have));
    if (!got) return got.error();
    if (*got > into.size() - have) return errc::no_progress;
    if (*got == 0) break;
    have += *got;
  }
  if (have != 0 && have != into.size()) return errc::unexpected_end;
  return have;
}

/// All that comes until the input ends; errc::too_long if that is more than `limit` bytes, of which at most one more
/// has been read then (I2.4).
template <reader R>
result<std::string> read_all(R&& from, std::size_t limit = std::string().max_size() - 1) {
  std::string text;
  std::size_t have = 0;
  limit = std::min(limit, text.max_size() - 1);
  for (std::size_t room = 512; have <= limit; room = std::max(room, have)) {
    text.resize(have + std::min(room, limit + 1 - have));
    const std::size_t free = text.size() - have;
    const result<std::size_t> got = from.read(std::as_writable_bytes(std::span(text.data() + have, free)));
    if (!got) return got.error();
    if (*got > free) return errc::no_progress;
    have += *got;
    text.resize(have);
    if (*got == 0) return text;
  }
  return errc::too_long;
}

}  // namespace weft::io

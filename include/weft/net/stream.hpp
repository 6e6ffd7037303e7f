// SPDX-License-Identifier: Apache-2.0
//
// A connection that carries bytes in order, both ways: what tcp_connection and unix_connection share. It is an
// io::reader and an io::writer.
//
//     std::array<std::byte, 4096> buffer;
//     for (;;) {
//       weft::result<std::size_t> n = connection.read(buffer);
//       if (!n) return n.error();
//       if (*n == 0) break;                                        // the other side has ended
//       if (auto sent = connection.write({buffer.data(), *n}); !sent) return sent.error();
//     }
//
// read() returns as soon as there is something: 1 to the size of the buffer, or 0 at the end, when the other side has
// closed or shut down its writing. An empty buffer reads 0 at once. write() returns when everything has been handed to
// the system; after an error it is not known how much was, and the connection is good for nothing but reading. Who must
// know uses write_some(), which returns how much it could hand over, at least one byte.
//
// Errors, beside those of net/socket.hpp: ECONNRESET, and EPIPE when one writes after the other side has gone.
// Happens-before: a write before the read, in the same process, that gets its last byte.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include "weft/net/socket.hpp"

namespace weft::net {

using bytes = std::span<const std::byte>;

class stream : public socket {
 public:
  stream() noexcept = default;

  /// Some bytes, at least one; 0: the end.
  [[nodiscard]] result<std::size_t> read(std::span<std::byte> into) { return read({}, into); }
  [[nodiscard]] result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into);
  template <class Rep, class Period>
  [[nodiscard]] result<std::size_t> read_for(const std::chrono::duration<Rep, Period>& d, std::span<std::byte> into) {
    return read(detail::within(d), into);
  }
  [[nodiscard]] result<std::size_t> read_until(clock::time_point when, std::span<std::byte> into) {
    return read(detail::until(when), into);
  }

  /// Everything; returns its size.
  [[nodiscard]] result<std::size_t> write(bytes data) { return write({}, data); }
  [[nodiscard]] result<std::size_t> write(const detail::wait_limit& limit, bytes data);
  template <class Rep, class Period>
  [[nodiscard]] result<std::size_t> write_for(const std::chrono::duration<Rep, Period>& d, bytes data) {
    return write(detail::within(d), data);
  }
  [[nodiscard]] result<std::size_t> write_until(clock::time_point when, bytes data) {
    return write(detail::until(when), data);
  }

  /// As much as goes at once, at least one byte (none of an empty span).
  [[nodiscard]] result<std::size_t> write_some(bytes data) { return write_some({}, data); }
  [[nodiscard]] result<std::size_t> write_some(const detail::wait_limit& limit, bytes data);

  /// Several parts as if they stood one after another, without copying them: a header and a body.
  [[nodiscard]] result<std::size_t> write_parts(std::span<const bytes> parts) { return write_parts({}, parts); }
  [[nodiscard]] result<std::size_t> write_parts(const detail::wait_limit& limit, std::span<const bytes> parts);

  /// Ends our half: the other side reads to the end. Reading goes on.
  result<void> shutdown_write();
  /// Reads nothing more: those who wait read 0.
  result<void> shutdown_read();

 protected:
  explicit stream(detail::socket_core* core) noexcept : socket(core) {}
};

}  // namespace weft::net

// SPDX-License-Identifier: Apache-2.0
//
// COPY: many rows in or out of a table, as a stream of bytes in COPY's own format (text, CSV or binary).
//
//     auto in = weft::pq::copy_in(ctx, db, "copy words from stdin (format csv)");
//     weft::io::copy(*in, file);
//     weft::result<std::uint64_t> rows = in->finish(ctx);            // nothing is there before this
//
//     auto out = weft::pq::copy_out(ctx, db, "copy words to stdout");
//     weft::io::copy(socket, *out);
//
// A copy_writer is an io::writer, a copy_reader an io::reader, with forms that take a limit. Neither holds more than
// some hundred kilobytes: who writes waits for the server, and who does not read makes the server wait.
//
// A copy_writer that is destroyed without finish() gives the COPY up, and no row is there; a copy_reader that was not
// read to its end cancels it. Both destructors block at most pq::patience. The connection can be used for nothing else
// meanwhile, and must outlive them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "weft/pq/connection.hpp"

namespace weft::pq {

class [[nodiscard]] copy_writer {
 public:
  copy_writer(copy_writer&& other) noexcept : on_(std::exchange(other.on_, nullptr)) {}
  copy_writer& operator=(copy_writer&&) = delete;
  ~copy_writer();

  /// Rows, or parts of them. An error that the server has found in earlier ones may be reported here, or by finish().
  result<std::size_t> write(std::span<const std::byte> bytes) { return write({}, bytes); }
  result<std::size_t> write(const detail::wait_limit& limit, std::span<const std::byte> bytes);

  /// Ends the COPY; how many rows it has brought. With a limit that is called off already nothing has happened.
  result<std::uint64_t> finish(const detail::wait_limit& limit = {});

 private:
  friend result<copy_writer> copy_in(const detail::wait_limit&, connection&, std::string_view);
  explicit copy_writer(detail::session* on) noexcept : on_(on) {}

  detail::session* on_;  // null: it has ended
};

class [[nodiscard]] copy_reader {
 public:
  copy_reader(copy_reader&& other) noexcept
      : on_(std::exchange(other.on_, nullptr)),
        row_(std::exchange(other.row_, nullptr)),
        left_(std::exchange(other.left_, {})) {}
  copy_reader& operator=(copy_reader&&) = delete;
  ~copy_reader();

  /// At least one byte; 0: that was all.
  result<std::size_t> read(std::span<std::byte> into) { return read({}, into); }
  result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into);

 private:
  friend result<copy_reader> copy_out(const detail::wait_limit&, connection&, std::string_view);
  explicit copy_reader(detail::session* on) noexcept : on_(on) {}

  detail::session* on_;              // null: it has ended
  char* row_ = nullptr;              // libpq's memory
  std::span<const std::byte> left_;  // of the row
};

/// Begins a "copy ... from stdin", or a "copy ... to stdout". Any other statement is errc::not_supported; it is carried
/// out nevertheless.
[[nodiscard]] result<copy_writer> copy_in(const detail::wait_limit& limit, connection& on, std::string_view statement);
[[nodiscard]] result<copy_reader> copy_out(const detail::wait_limit& limit, connection& on, std::string_view statement);
[[nodiscard]] inline result<copy_writer> copy_in(connection& on, std::string_view statement) {
  return copy_in(detail::wait_limit{}, on, statement);
}
[[nodiscard]] inline result<copy_reader> copy_out(connection& on, std::string_view statement) {
  return copy_out(detail::wait_limit{}, on, statement);
}

}  // namespace weft::pq

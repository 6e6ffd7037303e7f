// SPDX-License-Identifier: Apache-2.0
//
// A socket with Redis' protocol on it: bytes out, replies in.
//
// Commands are written first and their replies read after that, also those of a large batch. The server cannot be held
// up by that: Redis keeps replies that are not read in memory, and goes on reading.
//
// A wire that has failed is closed: after an error nobody knows which reply would come next.
#pragma once

#include <hiredis/hiredis.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "weft/clock.hpp"
#include "weft/net/stream.hpp"
#include "weft/redis/connection.hpp"
#include "weft/redis/error.hpp"
#include "weft/redis/reply.hpp"
#include "weft/result.hpp"

namespace weft::redis::detail {

using weft::detail::wait_limit;

class wire {
 public:
  wire(net::stream stream, std::string server);

  [[nodiscard]] std::error_code write(const wait_limit& limit, std::string_view bytes);
  /// The next reply.
  [[nodiscard]] result<reply> read(const wait_limit& limit);

  /// Whether nothing has come that nobody has asked for, such as the end.
  [[nodiscard]] bool silent();

  [[nodiscard]] bool closed() const noexcept { return !stream_.is_open(); }
  void close() noexcept { stream_.close(); }

  /// Writes the report.
  std::error_code fail(std::error_code code, std::string message);
  void begin(std::string command) { command_ = std::move(command); }

  [[nodiscard]] const error_report& last_error() const noexcept { return last_; }
  [[nodiscard]] const std::string& server() const noexcept { return server_; }

 private:
  /// A failure of the connection, which ends it.
  std::error_code lose(std::error_code error);

  struct free_reader {
    void operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }
  };

  net::stream stream_;
  std::unique_ptr<redisReader, free_reader> reader_;
  std::array<std::byte, 16 * 1024> buffer_;
  std::string server_;
  std::string command_;  // for the report
  error_report last_;
};

/// For what works on the wire of a connection.
struct wire_of {
  [[nodiscard]] static wire& get(const connection& c) noexcept { return *c.wire_; }
};

}  // namespace weft::redis::detail

// SPDX-License-Identifier: Apache-2.0
//
// Beast's WebSocket, behind a door: nobody else sees its headers. Both sides of a connection use it.
//
// One may read while others write, though Beast's stream is for one at a time. Beast's own asynchronous operations
// interleave a read and a write of one stream at the points where they wait for the connection, and nowhere else. The
// same is done here: state_ is held while Beast's code runs, and let go while it waits for the connection. So a read
// and a write are both under way, and each step of them is alone with Beast's variables.
//
// A message may be many writes to the connection (Asio writes 64 KiB at a time, a client masks 4 KiB at a time), and a
// read writes, too: pongs, and the answer to a close. So turn_ belongs to a message as a whole, and a frame of the
// reader's waits for its end. Order: turn_, then state_. A reader, who has state_, lets it go before it waits for
// turn_; whether it is the reader who writes is said by user_, which is part of what state_ guards.
//
// Beast's close() reads until the peer has closed, which the reader does already. So goodbyes are written here as they
// stand in RFC 6455 (5.5.1), and from then on what Beast writes is dropped. A peer that does not answer a goodbye is
// waited for during `farewell` only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "weft/context.hpp"
#include "weft/http/client.hpp"
#include "weft/http/transport.hpp"
#include "weft/http/websocket.hpp"

namespace weft::http {

/// How long a peer may take to answer a goodbye.
inline constexpr std::chrono::seconds farewell{5};

/// The connection that a WebSocket stands on.
class websocket_line {
 public:
  websocket_line() = default;
  websocket_line(const websocket_line&) = delete;
  websocket_line& operator=(const websocket_line&) = delete;
  virtual ~websocket_line() = default;

  virtual result<std::size_t> read(const transport::limit& within, std::span<std::byte> into) = 0;
  /// All parts, within a time of its own.
  virtual result<std::size_t> write(std::span<const net::bytes> parts) = 0;
  /// The peer has gone.
  virtual void gone(std::error_code why) = 0;
};

/// The server's side, whose request was looked at by upgrade(). `until`: when it ends, reads give up.
[[nodiscard]] result<websocket> accept_websocket(std::unique_ptr<websocket_line> line, const context& until,
                                                 const websocket_options& options, std::string_view key,
                                                 const std::string& protocol);

/// The client's side: asks, and looks at the answer. `why` gets what was wrong with that.
[[nodiscard]] result<websocket> request_websocket(std::unique_ptr<websocket_line> line, const detail::wait_limit& limit,
                                                  const url& to, const websocket_request& what, std::string& why);

}  // namespace weft::http

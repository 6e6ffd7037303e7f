// SPDX-License-Identifier: Apache-2.0
//
// WebSockets, the server's side.
//
//     routes.on("GET", "/chat", [](weft::http::request& asked, weft::http::response& answer) {
//       auto socket = weft::http::upgrade(asked, answer);
//       if (!socket) return;                                   // not asked for by a WebSocket client: answered with
//       4xx while (auto message = socket->read()) {
//         if (!*message) break;                                // the client has said goodbye
//         socket->write_text((*message)->data);
//       }
//     });
//
// The socket lives within its handler. One goroutine may read while others write; writes come one after another, each
// message as a whole. Messages arrive whole, whatever frames they came in; pings are answered by whoever reads.
//
// When the server shuts down, a read gives up with errc::cancelled after having told the client that it is going away
// (1001). After any error the socket is good for nothing more.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "weft/http/request.hpp"
#include "weft/http/response.hpp"
#include "weft/result.hpp"

namespace weft::http {

struct websocket_options {
  std::size_t max_message = 1024 * 1024;  // bytes; a longer one ends the socket with 1009
  std::chrono::nanoseconds idle_timeout = std::chrono::nanoseconds::max();  // how long a read waits for bytes
  std::string protocol{};   // the one of those that the client offers (Sec-WebSocket-Protocol) to agree on
  bool any_origin = false;  // false: a page of another host (Origin) is refused with 403
};

class websocket {
 public:
  struct message {
    bool text;  // false: binary
    std::string data;
  };

  class core;
  explicit websocket(std::unique_ptr<core> made) noexcept;
  websocket(websocket&& other) noexcept;
  websocket& operator=(websocket&& other) noexcept;
  ~websocket();

  /// The next message; nothing when the client has closed in order. Errors: errc::protocol, message_too_large,
  /// weft::errc::timed_out, cancelled, and those of the connection.
  [[nodiscard]] result<std::optional<message>> read();

  result<void> write_text(std::string_view text);
  result<void> write_binary(std::span<const std::byte> data);
  /// At most 125 bytes; what is longer is cut off.
  result<void> ping(std::string_view payload = {});

  /// Says goodbye, with a reason of at most 123 bytes; who reads then finds the end.
  result<void> close(std::uint16_t code = 1000, std::string_view reason = {});

  /// The code that the client has closed with; 1005: none, 1006: not closed in order, 0: not closed yet.
  [[nodiscard]] std::uint16_t close_code() const;

 private:
  std::unique_ptr<core> core_;
};

/// Turns the connection of this request into a WebSocket. If the request is none for that, it is answered (400, 403,
/// 426) and the error is errc::not_websocket; errc::too_late if the response has begun.
[[nodiscard]] result<websocket> upgrade(request& asked, response& answer, const websocket_options& options = {});

}  // namespace weft::http

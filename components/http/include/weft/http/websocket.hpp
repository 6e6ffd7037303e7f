// SPDX-License-Identifier: Apache-2.0
//
// WebSockets (RFC 6455), of a server and of a client.
//
//     routes.on("GET", "/chat", [](weft::http::request& asked, weft::http::response& answer) {
//       auto socket = weft::http::upgrade(asked, answer);
//       if (!socket) return;             // not asked for by a WebSocket client: answered with 4xx
//       while (auto message = socket->read()) {
//         if (!*message) break;          // the client has said goodbye
//         socket->write_text((*message)->data);
//       }
//     });
//
//     weft::http::client client;           // whose times and TLS hold for its WebSockets, too
//     auto socket = weft::http::open_websocket(client, ctx, {.url = "wss://example.org/chat"}, &why);
//     if (!socket) return log(why);        // "WebSocket wss://example.org/chat: the answer is 403 Forbidden"
//     socket->write_text("hello");
//     auto answer = socket->read(ctx);
//
// A server's socket lives within its handler; a client's has a connection of its own and outlives the client. One
// goroutine may read while others write; writes come one after another, each message as a whole, and no pong gets into
// the middle of one. Messages arrive whole, whatever frames they came in; pings are answered by whoever reads.
//
// When the server shuts down, or a read's context ends, a read gives up with errc::cancelled after having told the
// peer that we are going away (1001). After any error the socket is good for nothing more. A peer that does not answer
// a goodbye is waited for during five seconds.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "weft/context.hpp"
#include "weft/http/fields.hpp"
#include "weft/http/request.hpp"
#include "weft/http/response.hpp"
#include "weft/result.hpp"

namespace weft::http {

class client;

struct websocket_options {
  std::size_t max_message = 1024 * 1024;  // bytes; a longer one ends the socket with 1009
  std::chrono::nanoseconds idle_timeout = std::chrono::nanoseconds::max();  // how long a read waits for bytes
  std::string protocol{};   // the one of those that the client offers (Sec-WebSocket-Protocol) to agree on
  bool any_origin = false;  // false: a page of another host (Origin) is refused with 403
};

/// What a client asks for.
struct websocket_request {
  std::string url{};        // "ws://..." or "wss://..."
  fields header{};          // more fields, such as Authorization or Origin
  std::string protocols{};  // what we speak (Sec-WebSocket-Protocol), the one that we like best first: "chat, talk"
  std::size_t max_message = 1024 * 1024;                                    // bytes, of the server's messages
  std::chrono::nanoseconds idle_timeout = std::chrono::nanoseconds::max();  // how long a read waits for bytes
  std::chrono::nanoseconds write_timeout = std::chrono::seconds(30);        // for each 64 KiB of a message
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

  /// The next message; nothing when the peer has closed in order. Errors: errc::protocol, message_too_large,
  /// weft::errc::timed_out, cancelled, and those of the connection. `ctx` ends the socket with the read.
  [[nodiscard]] result<std::optional<message>> read();
  [[nodiscard]] result<std::optional<message>> read(const context& ctx);

  result<void> write_text(std::string_view text);
  result<void> write_binary(std::span<const std::byte> data);
  /// At most 125 bytes; what is longer is cut off.
  result<void> ping(std::string_view payload = {});

  /// Says goodbye, with a reason of at most 123 bytes; who reads then finds the end.
  result<void> close(std::uint16_t code = 1000, std::string_view reason = {});

  /// The code that the peer has closed with; 1005: none, 1006: not closed in order, 0: not closed yet.
  [[nodiscard]] std::uint16_t close_code() const;
  /// The protocol that both have agreed on; empty if none.
  [[nodiscard]] std::string_view protocol() const noexcept;

 private:
  std::unique_ptr<core> core_;
};

/// Turns the connection of this request into a WebSocket. If the request is none for that, it is answered (400, 403,
/// 426) and the error is errc::not_websocket; errc::too_late if the response has begun.
[[nodiscard]] result<websocket> upgrade(request& asked, response& answer, const websocket_options& options = {});

/// Opens one with a server. `with` brings the times and the TLS; the connection is the socket's own. What failed is
/// stored in `why`, if given. Errors: those of a client's request; client_errc::not_websocket if the server answers
/// otherwise, also with a redirect, or chooses a protocol that it was not offered.
[[nodiscard]] result<websocket> open_websocket(const client& with, const detail::wait_limit& limit,
                                               const websocket_request& what, std::string* why = nullptr);
[[nodiscard]] inline result<websocket> open_websocket(const client& with, const websocket_request& what,
                                                      std::string* why = nullptr) {
  return open_websocket(with, detail::wait_limit{}, what, why);
}

}  // namespace weft::http

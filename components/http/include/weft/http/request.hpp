// SPDX-License-Identifier: Apache-2.0
//
// What a client asks for, as a handler sees it.
//
//     void save(weft::http::request& asked, weft::http::response& answer) {
//       weft::result<std::string> body = weft::io::read_all(asked.body(), 1 << 20);
//       if (!body) return answer.fail(weft::http::status::bad_request);
//       store(asked.ctx(), asked.parameter("id"), *body);
//     }
//
// Texts refer to the request and live until the handler returns. What reaches a handler is well-formed (H6): one Host,
// a length that nobody can understand in two ways, a target without blanks, a path that can be decoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "weft/chan.hpp"
#include "weft/context.hpp"
#include "weft/http/fields.hpp"
#include "weft/net/endpoint.hpp"
#include "weft/result.hpp"

namespace weft::http {

class exchange;

/// The body of a request: an io::reader that ends where the body does, chunked or not.
///
/// Errors: http::errc::malformed, body_too_large (the server's limit), io::errc::unexpected_end when the client has
/// gone in the middle, weft::errc::timed_out when it sends nothing for too long. After malformed or body_too_large the
/// client gets 400 or 413, whatever the handler answers, unless that has begun to be sent.
class body_reader {
 public:
  explicit body_reader(exchange& of) noexcept : of_(of) {}
  result<std::size_t> read(std::span<std::byte> into);

 private:
  exchange& of_;
};

class request {
 public:
  explicit request(exchange& of) noexcept : of_(of), body_(of) {}
  request(const request&) = delete;
  request& operator=(const request&) = delete;

  /// "GET": case matters.
  [[nodiscard]] std::string_view method() const noexcept;
  /// As it was sent: "/a%20b?c=d", or for some "http://host/a", or "*".
  [[nodiscard]] std::string_view target() const noexcept;
  /// Without the query, decoded: "/a b". Never with a zero byte. Not cleaned of "..": see files.hpp.
  [[nodiscard]] std::string_view path() const noexcept;
  /// The path as it was sent.
  [[nodiscard]] std::string_view raw_path() const noexcept;
  /// What stands after '?', as it was sent.
  [[nodiscard]] std::string_view query() const noexcept;
  /// The first value of that name in the query, decoded ('+' is a blank); nothing if there is none.
  [[nodiscard]] std::optional<std::string> query(std::string_view name) const;
  /// What the router has found for {name} or {name...}, decoded; empty if there is none.
  [[nodiscard]] std::string_view parameter(std::string_view name) const noexcept;

  [[nodiscard]] const fields& header() const noexcept;
  /// With the port, if one was sent.
  [[nodiscard]] std::string_view host() const noexcept;
  /// 10 or 11.
  [[nodiscard]] int version() const noexcept;
  /// What Content-Length says; nothing for a chunked body, 0 for none.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;

  [[nodiscard]] body_reader& body() noexcept { return body_; }

  /// With whom the connection is.
  [[nodiscard]] const net::endpoint& peer() const noexcept;
  /// Whether it is encrypted.
  [[nodiscard]] bool secure() const noexcept;

  /// A context that ends when the handler has returned, when the client has gone, and when the server's time to finish
  /// is over (server.hpp). It has the values of the server's context. That the client has gone is noticed once the body
  /// was read to its end, and from the first call on: whoever does not ask does not pay for it. A client that ends its
  /// half of the connection has gone, as in Go.
  [[nodiscard]] const context& ctx();

  /// Closed as soon as the server begins to shut down, for those who could go on for ever.
  [[nodiscard]] receiver<unit> stopping() const;

  /// For weft's own use.
  [[nodiscard]] exchange& of() noexcept { return of_; }

 private:
  exchange& of_;
  body_reader body_;
};

}  // namespace weft::http

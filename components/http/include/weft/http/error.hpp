// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong with HTTP itself, as std::error_code of the category "weft.http". What goes wrong below are the
// errors of the connection: std::errc, weft::errc.
#pragma once

#include <system_error>
#include <type_traits>

namespace weft::http {

enum class errc {
  malformed = 1,      // "not HTTP": a body whose chunks are not formed as they must be (H6)
  body_too_large,     // "the body is larger than the server allows"
  length_mismatch,    // "the body is not as long as its Content-Length says"
  not_websocket,      // "not a request for a WebSocket"
  too_late,           // "the response has begun already"
  protocol,           // "the peer breaks the WebSocket protocol"
  message_too_large,  // "the WebSocket message is larger than the limit"
};

[[nodiscard]] const std::error_category& error_category() noexcept;

/// Found by argument-dependent lookup: a weft::http::errc converts to std::error_code.
[[nodiscard]] inline std::error_code make_error_code(errc reason) noexcept {
  return {static_cast<int>(reason), error_category()};
}

}  // namespace weft::http

template <>
struct std::is_error_code_enum<weft::http::errc> : std::true_type {};

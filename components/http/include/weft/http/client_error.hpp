// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong with requests to others, beside the errors of connections (std::errc, weft::errc, weft::net,
// weft::tls), as std::error_code of the category "weft.http.client".
#pragma once

#include <system_error>
#include <type_traits>

namespace weft::http {

enum class client_errc {
  bad_url = 1,         // "the URL cannot be used"
  bad_request,         // "the request cannot be sent": a method, a field that is ours to set
  no_tls,              // "https needs the component tls, and a configuration"
  too_many_redirects,  // "too many redirects"
  malformed,           // "the response is not HTTP"
  header_too_large,    // "the header of the response is larger than the limit"
  body_too_large,      // "the body of the response is larger than the limit"
  no_response,         // "the server has ended the connection without a response"
  cut_off,             // "the response has ended in the middle"
  not_websocket,       // "the server does not answer as a WebSocket"
  not_events,          // "the server does not answer with a stream of events"
};

[[nodiscard]] const std::error_category& client_error_category() noexcept;

/// Found by argument-dependent lookup.
[[nodiscard]] inline std::error_code make_error_code(client_errc reason) noexcept {
  return {static_cast<int>(reason), client_error_category()};
}

}  // namespace weft::http

template <>
struct std::is_error_code_enum<weft::http::client_errc> : std::true_type {};

// SPDX-License-Identifier: Apache-2.0
//
// Why something about networks failed, beside the system's own errors and weft::errc (cancelled, timed_out, closed).
//
//     if (connection.error() == weft::net::errc::host_not_found) ...
//
// Codes of two categories. "weft.net" is for what weft found wrong itself, mostly with an address; "weft.lookup" has
// the codes of getaddrinfo and their texts; those that say that there is no such host are net::errc::host_not_found.
#pragma once

#include <system_error>
#include <type_traits>

namespace weft::net {

enum class errc {
  host_not_found = 1,   // "no such host: name or service not known"
  bad_address = 2,      // "not an IP address"
  bad_port = 3,         // "not a port: it must be a number from 0 to 65535"
  missing_port = 4,     // "missing port in address"
  too_many_colons = 5,  // "too many colons in address: an IPv6 address stands in brackets"
  bad_scope = 6,        // "no such network interface"
  bad_path = 7,         // "a Unix socket's path must have 1 to 108 bytes, none of them zero"
  wrong_family = 8,     // "this kind of socket has no addresses of that family"
};

[[nodiscard]] const std::error_category& error_category() noexcept;

/// Of the codes of getaddrinfo (EAI_NONAME and so on).
[[nodiscard]] const std::error_category& lookup_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(errc reason) noexcept {
  return {static_cast<int>(reason), error_category()};
}

}  // namespace weft::net

template <>
struct std::is_error_code_enum<weft::net::errc> : std::true_type {};

// SPDX-License-Identifier: Apache-2.0
//
// Why TLS failed, as std::error_code of the category "weft.tls".
//
//     if (auto done = connection.handshake(ctx); !done) {
//       if (done.error() == weft::tls::errc::expired) ...
//       log(connection.explanation());     // "shop.example: the certificate has expired (CN=shop.example, not after
//       ...)"
//     }
//
// A code says what is wrong; connection::explanation() says it in words, with the host and what the certificate or the
// peer said. Errors of the transport, and weft::errc (cancelled, timed_out, closed), come through as they are.
#pragma once

#include <system_error>
#include <type_traits>

namespace weft::tls {

enum class errc {
  expired = 1,         // the peer's certificate was valid before now
  not_yet_valid,       // ... and will be valid later
  wrong_host,          // it is for other hosts than the one that was asked for
  self_signed,         // it vouches for itself, and is not among the roots
  unknown_authority,   // it leads to no root that is trusted
  revoked,             // it was revoked
  bad_certificate,     // it is wrong otherwise: a signature, a purpose, a chain
  no_certificate,      // the peer has shown none, and one is required
  refused,             // the peer refuses our certificate, or wants one
  not_tls,             // the peer speaks something else
  truncated,           // the transport ended before the peer has said that it ends: somebody may have cut it off
  no_common_version,   // nobody's lowest version is as low as the other's highest
  no_common_protocol,  // none of the application protocols (ALPN) is the other's
  handshake_failed,    // the two could not agree otherwise
  corrupted,           // what came was changed on the way, or is against the protocol
  peer_alert,          // the peer has ended it, for a reason of its own
  bad_identity,        // our own certificate or key cannot be used
  bad_roots,           // the roots to be trusted cannot be read
  bad_option,          // a name or a protocol that cannot be
};

[[nodiscard]] const std::error_category& error_category() noexcept;

/// Found by argument-dependent lookup: a weft::tls::errc converts to std::error_code.
[[nodiscard]] inline std::error_code make_error_code(errc reason) noexcept {
  return {static_cast<int>(reason), error_category()};
}

}  // namespace weft::tls

template <>
struct std::is_error_code_enum<weft::tls::errc> : std::true_type {};

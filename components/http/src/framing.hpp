// SPDX-License-Identifier: Apache-2.0
//
// What a header that is well-formed must not say: the part of RFC 9110 and 9112 that decides where a request ends and
// for whom it is. See head_scanner.hpp for why nothing is forgiven.
//     one Host, of a host's characters (none only in HTTP/1.0); an absolute target names the same host
//     one Content-Length at most, digits only; not together with Transfer-Encoding
//     Transfer-Encoding is "chunked" and nothing else (another coding before it: 501), and not of HTTP/1.0
//     Expect is "100-continue" and nothing else (417)
//     the target is a path, an absolute http(s) URI, or "*" for OPTIONS; CONNECT is 501
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "message_parser.hpp"

namespace weft::http {

/// What the target means.
struct location {
  std::string path;        // decoded
  std::string_view raw;    // the path as it was sent; refers to the head
  std::string_view query;  // likewise
  std::string_view host;   // of the absolute target, or of the field
};

/// 0, or the status to refuse the request with. Must come before any of the body is looked at.
[[nodiscard]] int check_framing(const head& asked);

/// The same for the target; fills `into`.
[[nodiscard]] int locate(const head& asked, location& into);

/// %41 is A; nothing if a '%' is followed by something else, or a zero byte comes out. `plus` makes '+' a blank.
[[nodiscard]] std::optional<std::string> decoded(std::string_view text, bool plus = false);

}  // namespace weft::http

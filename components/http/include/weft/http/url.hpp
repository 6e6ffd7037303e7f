// SPDX-License-Identifier: Apache-2.0
//
// Where a request goes: http and https URLs.
//
//     auto where = weft::http::url::parse("https://example.org:8443/a?b=c");
//     where->host();          // "example.org"
//     where->resolved("../d")->text();      // "https://example.org:8443/d"
//
// Values. What is not a URL is refused with a text that says why; nothing is guessed or mended, but that the scheme and
// the host are made lower case, an empty path becomes "/", and a fragment is dropped, since no server gets to see it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weft/result.hpp"

namespace weft::http {

class url {
 public:
  /// client_errc::bad_url, and in `why`, if given, what is wrong: 'the URL "htp://x" has the unknown scheme "htp"'
  /// (U1).
  [[nodiscard]] static result<url> parse(std::string_view text, std::string* why = nullptr);

  /// "http" or "https".
  [[nodiscard]] const std::string& scheme() const noexcept { return scheme_; }
  [[nodiscard]] bool secure() const noexcept { return scheme_ == "https"; }
  /// A name or an address, which is not in brackets.
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  /// 80 or 443 if none was given.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// What the server is asked for: the path with the query.
  [[nodiscard]] const std::string& target() const noexcept { return target_; }

  /// As in the field Host: "example.org", "example.org:8080", "[::1]:80" without the port if it is the scheme's own.
  [[nodiscard]] std::string authority() const;
  /// "https://example.org/a?b"
  [[nodiscard]] std::string text() const { return scheme_ + "://" + authority() + target_; }
  /// Whether both lead to the same server: scheme, host and port.
  [[nodiscard]] bool same_origin(const url& other) const noexcept {
    return scheme_ == other.scheme_ && host_ == other.host_ && port_ == other.port_;
  }

  /// Where `reference`, found here, leads to (RFC 3986 5.2).
  [[nodiscard]] result<url> resolved(std::string_view reference, std::string* why = nullptr) const;

  friend bool operator==(const url&, const url&) = default;

 private:
  url() = default;

  std::string scheme_, host_, target_;
  std::uint16_t port_ = 0;
};

}  // namespace weft::http

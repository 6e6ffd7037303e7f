// SPDX-License-Identifier: Apache-2.0
#include "weft/net/error.hpp"

#include <string>

#include "os/names.hpp"

namespace weft::net {
namespace {

const char* text_of(errc reason) noexcept {
  switch (reason) {
    case errc::host_not_found:
      return "no such host: name or service not known";
    case errc::bad_address:
      return "not an IP address";
    case errc::bad_port:
      return "not a port: it must be a number from 0 to 65535";
    case errc::missing_port:
      return "missing port in address";
    case errc::too_many_colons:
      return "too many colons in address: an IPv6 address stands in brackets";
    case errc::bad_scope:
      return "no such network interface";
    case errc::bad_path:
      return "a Unix socket's path must have 1 to 108 bytes, none of them zero";
    case errc::wrong_family:
      return "this kind of socket has no addresses of that family";
  }
  return nullptr;
}

class net_category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "weft.net"; }
  [[nodiscard]] std::string message(int code) const override {
    const char* const text = text_of(static_cast<errc>(code));
    return text != nullptr ? text : "unknown error " + std::to_string(code);
  }
};

class lookup_errors final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "weft.lookup"; }
  [[nodiscard]] std::string message(int code) const override { return detail::lookup_text(code); }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const net_category the_one;
  return the_one;
}

const std::error_category& lookup_category() noexcept {
  static const lookup_errors the_one;
  return the_one;
}

}  // namespace weft::net

// SPDX-License-Identifier: Apache-2.0
#include "weft/http/error.hpp"

#include <string>

namespace weft::http {
namespace {

class category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "weft.http"; }
  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::malformed:
        return "not HTTP: the body is malformed";
      case errc::body_too_large:
        return "the body is larger than the server allows";
      case errc::length_mismatch:
        return "the body is not as long as its Content-Length says";
      case errc::not_websocket:
        return "not a request for a WebSocket";
      case errc::too_late:
        return "the response has begun already";
      case errc::protocol:
        return "the peer breaks the WebSocket protocol";
      case errc::message_too_large:
        return "the WebSocket message is larger than the limit";
    }
    return "unknown error of HTTP: " + std::to_string(code);
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const category one;
  return one;
}

}  // namespace weft::http

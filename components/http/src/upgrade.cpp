// SPDX-License-Identifier: Apache-2.0
//
// Which requests become WebSockets (RFC 6455, 4.2.1), and the connection of one that does.
#include <memory>
#include <string>
#include <utility>

#include "exchange.hpp"
#include "limit.hpp"
#include "websocket_core.hpp"
#include "weft/http/error.hpp"

namespace weft::http {
namespace {

class line_of_exchange final : public websocket_line {
 public:
  explicit line_of_exchange(exchange& of) noexcept : of_(of) {}
  result<std::size_t> read(const transport::limit& within, std::span<std::byte> into) override {
    return of_.in.bytes().read(within, into);
  }
  result<std::size_t> write(std::span<const net::bytes> parts) override {
    return of_.stream->write(limit_of(of_.common.forced, of_.common.options.write_timeout), parts);
  }
  void gone(std::error_code why) override { of_.watch.gone(why); }

 private:
  exchange& of_;
};

std::string lower_host(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

/// Whether the page that asks is one of this host: browsers send cookies along, whoever asks.
bool same_origin(const request& asked) {
  const auto origin = asked.header().get("Origin");
  if (!origin) return true;
  const std::size_t scheme = origin->find("://");
  return scheme != origin->npos && lower_host(origin->substr(scheme + 3)) == lower_host(asked.host());
}

/// 16 bytes in base64.
bool is_key(std::string_view key) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.ends_with("==") && key.find_first_not_of(digits) == 22;
}

}  // namespace

result<websocket> upgrade(request& asked, response& answer, const websocket_options& options) {
  if (answer.started()) return errc::too_late;
  exchange& of = asked.of();
  const fields& header = asked.header();
  const auto refuse = [&](int status) -> std::error_code {
    answer.fail(status);
    return errc::not_websocket;
  };
  if (asked.method() != "GET" || asked.version() < 11 || !header.has("Connection", "upgrade") ||
      !header.has("Upgrade", "websocket")) {
    answer.header().set("Upgrade", "websocket");
    return refuse(status::upgrade_required);
  }
  if (header.get("Sec-WebSocket-Version") != "13") {
    answer.header().set("Sec-WebSocket-Version", "13");
    return refuse(status::upgrade_required);
  }
  if (header.count("Sec-WebSocket-Key") != 1 || !is_key(*header.get("Sec-WebSocket-Key")) || !of.in.body_done()) {
    return refuse(status::bad_request);
  }
  if (!options.any_origin && !same_origin(asked)) return refuse(status::forbidden);
  const bool agreed = !options.protocol.empty() && header.has("Sec-WebSocket-Protocol", options.protocol);
  of.watch.stop();
  of.out.take();
  return accept_websocket(std::make_unique<line_of_exchange>(of), of.common.stopping, options,
                          *header.get("Sec-WebSocket-Key"), agreed ? options.protocol : std::string());
}

}  // namespace weft::http

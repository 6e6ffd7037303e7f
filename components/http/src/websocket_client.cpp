// SPDX-License-Identifier: Apache-2.0
//
// How a client comes to a WebSocket: a connection of its own, and the request on it. What is refused is not followed
// anywhere: neither redirects, as in browsers, nor a second try.
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "client_core.hpp"
#include "head_scanner.hpp"
#include "limit.hpp"
#include "websocket_core.hpp"

namespace weft::http {
namespace {

class line_of_client final : public websocket_line {
 public:
  line_of_client(std::unique_ptr<transport> wire, std::chrono::nanoseconds write_time) noexcept
      : wire_(std::move(wire)), write_time_(write_time) {}

  result<std::size_t> read(const transport::limit& within, std::span<std::byte> into) override {
    return wire_->read(within, into);
  }
  result<std::size_t> write(std::span<const net::bytes> parts) override {
    return wire_->write(limit_of(background(), write_time_), parts);
  }
  void gone(std::error_code) override { wire_->close(); }

 private:
  const std::unique_ptr<transport> wire_;
  const std::chrono::nanoseconds write_time_;
};

/// What is wrong with a request; nothing if it can be sent.
std::string fault(const websocket_request& what) {
  for (const char* ours : {"Host", "Connection", "Upgrade", "Content-Length", "Transfer-Encoding", "Sec-WebSocket-Key",
                           "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"}) {
    if (what.header.contains(ours)) return std::string("the field ") + ours + " is set by the client";
  }
  for (const char c : what.protocols) {
    if (c != ',' && c != ' ' && !is_token_character(static_cast<unsigned char>(c))) {
      return "a protocol's name is not a word";
    }
  }
  return {};
}

}  // namespace

result<websocket> open_websocket(const client& with, const detail::wait_limit& limit, const websocket_request& what,
                                 std::string* why) {
  std::string words;
  const auto fail = [&](const std::string& where, std::error_code code) {
    if (why != nullptr) *why = where + words;
    return code;
  };
  // As http and https: the same, but for the names of the schemes (RFC 6455, 3).
  const std::string_view text = what.url;
  const std::string as_http = text.substr(0, 2) == "ws" ? "http" + std::string(text.substr(2)) : std::string(text);
  const result<url> to = url::parse(as_http, &words);
  if (!to) return fail("", to.error());
  const std::string where = "WebSocket " + what.url + ": ";
  if (words = fault(what); !words.empty()) return fail(where, client_errc::bad_request);
  const client_options& options = with.options();
  auto wire = dial_wire(no_later(limit, after_time(options.dial_time)), *to, options, words);
  if (!wire) return fail(where, wire.error());
  const detail::wait_limit bound = no_later(limit, after_time(options.header_time));
  auto made = request_websocket(std::make_unique<line_of_client>(std::move(*wire), what.write_timeout), bound, *to,
                                what, words);
  if (!made) return fail(where, made.error());
  return made;
}

}  // namespace weft::http

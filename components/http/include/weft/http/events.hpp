// SPDX-License-Identifier: Apache-2.0
//
// Server-sent events (text/event-stream): a response that goes on, an event at a time.
//
//     weft::http::event_stream out(asked, answer);
//     while (auto price = prices.recv(out.ctx())) {
//       if (!out.send({.data = text_of(**price), .name = "price"})) break;       // the client has gone
//     }
//
// Each event is on its way when send() returns. ctx() ends when the client has gone and as soon as the server shuts
// down: then send() gives up with its error, and the handler should return. A proxy may close a connection on which
// nothing
// happens: send a comment now and then.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "weft/context.hpp"
#include "weft/http/request.hpp"
#include "weft/http/response.hpp"
#include "weft/result.hpp"

namespace weft::http {

struct event {
  std::string_view data;    // may have several lines
  std::string_view name{};  // "event:"; line ends in it and in the id become blanks
  std::string_view id{};
  std::optional<std::chrono::milliseconds> retry{};
};

class event_stream {
 public:
  /// Sends the header.
  event_stream(request& asked, response& answer);
  event_stream(const event_stream&) = delete;
  event_stream& operator=(const event_stream&) = delete;
  ~event_stream() = default;

  result<void> send(const event& next);
  /// What clients ignore.
  result<void> comment(std::string_view text);

  [[nodiscard]] const context& ctx() const noexcept { return static_cast<const cancel_scope&>(*ctx_); }

 private:
  result<void> put(std::string_view text);

  response& answer_;
  std::shared_ptr<cancel_scope> ctx_;
  after_scope at_stop_;
};

}  // namespace weft::http

// SPDX-License-Identifier: Apache-2.0
//
// What a handler answers.
//
//     answer.header().set("Content-Type", "application/json");
//     answer.send(R"({"ok":true})");
//
//     for (const auto& row : rows) answer.add(line_of(row));                  // any length
//     weft::io::copy(answer, file);                                           // it is an io::writer
//
// Small bodies are collected, and go with their header and Content-Length in one write when the handler returns.
// Once a body is larger than `collected` bytes, or at flush(), the header is sent and the body streamed: with the
// Content-Length that the handler has set, or else chunked (to clients of HTTP/1.0: until the connection ends).
//
// Of responses to HEAD, and of 1xx, 204 and 304, the body is not sent, whatever is written. Content-Type is guessed
// as text/plain if a body has none. Date and Connection are the server's.
//
// send() and add() say nothing of errors: that the client has gone is noticed by the server, and by those who ask, with
// write(), flush() or the request's context. For one goroutine at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "weft/http/fields.hpp"
#include "weft/http/status.hpp"
#include "weft/result.hpp"

namespace weft::http {

class exchange;

class response {
 public:
  /// How much is collected.
  static constexpr std::size_t collected = 4096;

  explicit response(exchange& of) noexcept : of_(of) {}
  response(const response&) = delete;
  response& operator=(const response&) = delete;

  /// 200, if nothing else is set. A number outside 200..599 throws std::invalid_argument. Without effect once the
  /// header is sent.
  void status(int number);
  [[nodiscard]] int status() const noexcept;
  [[nodiscard]] fields& header() noexcept;

  /// Adds to the body; returns the size. Errors: those of the connection, when the client has gone or takes nothing for
  /// too long; errc::length_mismatch for more than the Content-Length that was set.
  result<std::size_t> write(std::span<const std::byte> from);

  void add(std::string_view text);

  /// Sends what was written so far.
  result<void> flush();

  /// The whole body at once. Replaces what was collected; without effect once the header is sent.
  void send(std::string_view body, std::string_view content_type = {});

  /// An error for people to read: the number and its text.
  void fail(int number);
  /// The same with a text.
  void fail(int number, std::string_view text);

  /// Somewhere else, with 302 or another of its kind.
  void redirect(std::string_view location, int number = status::found);

  /// Whether the header was sent.
  [[nodiscard]] bool started() const noexcept;

  /// For weft's own use.
  [[nodiscard]] exchange& of() noexcept { return of_; }

 private:
  exchange& of_;
};

}  // namespace weft::http

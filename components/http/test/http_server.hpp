// SPDX-License-Identifier: Apache-2.0
//
// A server to test with, and clients that speak for themselves: text in, text out.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "harness.hpp"
#include "weft/http.hpp"
#include "weft/weft.hpp"

namespace weft::test {

using namespace std::chrono_literals;
using http::request;
using http::response;

/// Longer than any test, shorter than the harness waits.
inline constexpr auto long_time = 30s;

/// A connection with the server.
class client {
 public:
  explicit client(const net::endpoint& to) {
    auto made = net::connect_tcp_for(long_time, to);
    EXPECT_TRUE(made) << made.error().message();
    if (made) connection = std::move(*made);
    connection.set_deadline(clock::now() + long_time);
  }

  void send(std::string_view text) { static_cast<void>(connection.write(io::bytes_of(text))); }

  /// Everything up to the end, or to an error.
  std::string rest() {
    while (more()) continue;
    return std::exchange(ahead_, {});
  }

  /// One response with a Content-Length, or without a body if `bodiless`: as it came.
  std::string one(bool bodiless = false) {
    std::size_t end = std::string::npos;
    while ((end = ahead_.find("\r\n\r\n")) == std::string::npos && more()) continue;
    if (end == std::string::npos) return std::exchange(ahead_, {});
    std::size_t size = end + 4;
    const std::size_t length = ahead_.find("Content-Length: ");
    if (!bodiless && length < end) size += std::stoul(ahead_.substr(length + 16));
    while (ahead_.size() < size && more()) continue;
    std::string all = ahead_.substr(0, size);
    ahead_.erase(0, all.size());
    return all;
  }

  /// Exactly so many bytes, unless the connection ends before.
  std::string take(std::size_t n) {
    while (ahead_.size() < n && more()) continue;
    std::string all = ahead_.substr(0, n);
    ahead_.erase(0, all.size());
    return all;
  }

  /// Everything up to and with that text.
  std::string until(std::string_view text) {
    while (ahead_.find(text) == std::string::npos && more()) continue;
    return take(std::min(ahead_.size(), ahead_.find(text) + text.size()));
  }

  net::tcp_connection connection;

 private:
  bool more() {
    std::string piece(4096, '\0');
    const auto got = connection.read(std::as_writable_bytes(std::span(piece)));
    if (!got || *got == 0) return false;
    ahead_.append(piece, 0, *got);
    return true;
  }

  std::string ahead_;
};

inline int status_of(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}

inline std::string body_of(std::string_view answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == answer.npos ? std::string() : std::string(answer.substr(end + 4));
}

/// A server at a port of the system's choice, for as long as the object lives.
class server {
 public:
  explicit server(http::handler answers, http::server_options options = {})
      : ctx(with_cancel(background())), answers_(std::move(answers)), options_(std::move(options)) {
    auto made = net::listen_tcp("127.0.0.1:0");
    EXPECT_TRUE(made) << made.error().message();
    listener = std::move(*made);
    running_.go([this] { ended = http::serve(ctx, listener, answers_, options_); });
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server() { stop(); }

  void stop() {
    ctx.cancel();
    running_.wait();
  }
  [[nodiscard]] bool stopped_within(clock::duration time) { return running_.wait_for(time).has_value(); }

  [[nodiscard]] client connect() const { return client(listener.local()); }

  /// What comes back for that text until the server closes.
  [[nodiscard]] std::string ask(std::string_view text) const {
    client c = connect();
    c.send(text);
    return c.rest();
  }
  [[nodiscard]] std::string get(std::string_view path, std::string_view fields = {}) const {
    return ask("GET " + std::string(path) + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n" + std::string(fields) +
               "\r\n");
  }

  cancel_scope ctx;
  net::tcp_listener listener;
  result<void> ended;

 private:
  http::handler answers_;
  http::server_options options_;
  wait_group running_;
};

/// Answers with the body that came, or with the error's text and 500.
inline void echo(request& asked, response& answer) {
  const auto body = io::read_all(asked.body(), 1 << 20);
  if (!body) return answer.fail(http::status::internal_server_error, body.error().message());
  answer.send(*body);
}

}  // namespace weft::test

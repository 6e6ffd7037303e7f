// SPDX-License-Identifier: Apache-2.0
//
// Servers to test with, weft's and those that misbehave; and clients that speak for themselves: text in, text out.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
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
inline constexpr auto patience = 30s;

/// A listener at a port of the system's choice.
inline net::tcp_listener listening() {
  auto made = net::listen_tcp("127.0.0.1:0");
  EXPECT_TRUE(made) << made.error().message();
  return std::move(*made);
}

/// A connection with the server.
class client {
 public:
  explicit client(const net::endpoint& to) {
    auto made = net::connect_tcp_for(patience, to);
    EXPECT_TRUE(made) << made.error().message();
    if (made) connection = std::move(*made);
    connection.set_deadline(clock::now() + patience);
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

/// A server of weft's, for as long as the object lives.
class server {
 public:
  explicit server(http::handler answers, http::server_options options = {})
      : ctx(with_cancel(background())),
        listener(listening()),
        answers_(std::move(answers)),
        options_(std::move(options)) {
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

  [[nodiscard]] std::string url(std::string_view target = "/", std::string_view scheme = "http") const {
    return std::string(scheme) + "://" + listener.local().text() + std::string(target);
  }
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

/// A server that misbehaves: each connection is served by a function of the test, which sees the bytes.
class bad_server {
 public:
  /// `serves(connection, n)` is called for the n-th connection, on a goroutine of its own; then it is closed.
  using serving = std::function<void(net::tcp_connection&, int)>;

  explicit bad_server(serving serves) : serves_(std::move(serves)), listener_(listening()) {
    all_.go([this] {
      for (int n = 0;; ++n) {
        auto next = listener_.accept();
        if (!next) return;
        all_.go([this, n, c = std::move(*next)]() mutable { serves_(c, n); });
      }
    });
  }
  bad_server(const bad_server&) = delete;
  bad_server& operator=(const bad_server&) = delete;
  ~bad_server() {
    listener_.close();
    all_.wait();
  }

  [[nodiscard]] std::string url(std::string_view target = "/") const {
    return "http://" + listener_.local().text() + std::string(target);
  }

 private:
  serving serves_;
  net::tcp_listener listener_;
  wait_group all_;
};

/// Reads one request without a body, to its empty line; empty if the client has ended.
inline std::string read_request(net::tcp_connection& from) {
  std::string all;
  while (all.find("\r\n\r\n") == std::string::npos) {
    std::string part(4096, '\0');
    const auto got = from.read_for(patience, std::as_writable_bytes(std::span(part)));
    if (!got || *got == 0) return {};
    all.append(part, 0, *got);
  }
  return all;
}

inline void say(net::tcp_connection& to, std::string_view text) {
  static_cast<void>(to.write_for(patience, io::bytes_of(text)));
}

/// Until the client ends.
inline void wait_for_end(net::tcp_connection& from) {
  while (!read_request(from).empty()) continue;
}

/// The body, or the error's text.
inline std::string text_of(http::client_response& answer, std::error_code* why = nullptr) {
  auto body = answer.body();
  const auto text = io::read_all(body);
  if (why != nullptr) *why = text.error();
  return text ? *text : std::string();
}
inline std::string text_of(result<http::client_response>&& answer) {
  return answer ? text_of(*answer) : "error: " + answer.error().message();
}

/// Answers with the body that came, or with the error's text and 500.
inline void echo(request& asked, response& answer) {
  const auto body = io::read_all(asked.body(), 1 << 20);
  if (!body) return answer.fail(http::status::internal_server_error, body.error().message());
  answer.send(*body);
}

}  // namespace weft::test

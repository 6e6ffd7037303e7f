// SPDX-License-Identifier: Apache-2.0
//
// Servers that misbehave: each connection is served by a function of the test, which sees the bytes.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "harness.hpp"
#include "weft/http/client.hpp"
#include "weft/weft.hpp"

namespace weft::test {

using namespace std::chrono_literals;

/// Longer than any test, shorter than the harness waits.
inline constexpr auto patience = 30s;

class bad_server {
 public:
  /// `serves(connection, n)` is called for the n-th connection, on a goroutine of its own; then it is closed.
  using serving = std::function<void(net::tcp_connection&, int)>;

  explicit bad_server(serving serves) : serves_(std::move(serves)) {
    auto made = net::listen_tcp("127.0.0.1:0");
    EXPECT_TRUE(made) << made.error().message();
    listener_ = std::move(*made);
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

}  // namespace weft::test

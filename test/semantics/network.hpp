// SPDX-License-Identifier: Apache-2.0
//
// Connections to test with, and text instead of bytes.
#pragma once

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace weft::test {

using namespace std::chrono_literals;

/// Longer than any test, shorter than the harness waits.
inline constexpr auto long_time = 30s;

inline net::bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

inline std::span<std::byte> room(std::string& text) { return std::as_writable_bytes(std::span(text)); }

/// One read of at most `most` bytes; nothing after an error, which is stored if somebody asks for it.
inline std::string read_some(net::stream& from, std::size_t most = 4096, std::error_code* error = nullptr) {
  std::string text(most, '\0');
  const result<std::size_t> n = from.read(room(text));
  if (error != nullptr) *error = n.error();
  text.resize(n.value_or(std::size_t{0}));
  return text;
}

/// Everything to the end, or to an error.
inline std::string read_all(net::stream& from, std::error_code* error = nullptr) {
  std::string all;
  for (;;) {
    const std::string more = read_some(from, 4096, error);
    if (more.empty()) return all;
    all += more;
  }
}

inline std::string read_exactly(net::stream& from, std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const std::string more = read_some(from, size - all.size());
    if (more.empty()) break;
    all += more;
  }
  return all;
}

struct unix_ends {
  net::unix_connection left;
  net::unix_connection right;

  unix_ends() {
    auto made = net::unix_pair();
    EXPECT_TRUE(made) << made.error().message();
    if (made) std::tie(left, right) = std::move(*made);
  }
};

/// A listener at a port of the system's choice, and a connection with it.
struct tcp_ends {
  net::tcp_listener listener;
  net::tcp_connection client;
  net::tcp_connection server;

  explicit tcp_ends(const char* at = "127.0.0.1:0") {
    auto listening = net::listen_tcp(at);
    EXPECT_TRUE(listening) << listening.error().message();
    listener = std::move(*listening);
    auto connected = net::connect_tcp_for(long_time, listener.local());
    EXPECT_TRUE(connected) << connected.error().message();
    client = std::move(*connected);
    auto accepted = listener.accept_for(long_time);
    EXPECT_TRUE(accepted) << accepted.error().message();
    server = std::move(*accepted);
  }
};

/// Writes until the other side's room and ours are full: the next write waits.
inline void fill(net::stream& to) {
  const std::string much(64 * 1024, 'f');
  while (to.write_some(detail::wait_limit{.until = 0}, bytes_of(much))) continue;
}

/// An abstract name that nobody else has.
inline std::string fresh_name() {
  static std::atomic<int> number{0};
  return "@weft-test-" + std::to_string(getpid()) + '-' + std::to_string(++number);
}

/// Whether this machine has ::1; says so if not.
inline bool has_ipv6() {
  static const bool has = [] {
    const bool found = net::listen_tcp("[::1]:0").has_value();
    if (!found) std::puts("this machine has no ::1: what needs IPv6 is left out");
    return found;
  }();
  return has;
}

}  // namespace weft::test

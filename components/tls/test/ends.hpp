// SPDX-License-Identifier: Apache-2.0
//
// Two ends of TLS connections to test with.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "authority.hpp"
#include "harness.hpp"
#include "weft/tls.hpp"
#include "weft/weft.hpp"

namespace weft::test {

using namespace std::chrono_literals;

inline constexpr auto long_time = 60s;  // longer than any test

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Two ends of a connection below TLS.
struct wires {
  net::unix_connection left, right;
  wires() {
    auto made = net::unix_pair();
    EXPECT_TRUE(made) << made.error().message();
    left = std::move(made->first);
    right = std::move(made->second);
  }
};

inline tls::client_config client_config_of(tls::client_options options = {}) {
  options.system_roots = false;
  if (options.roots.empty()) options.roots = trusted().root();
  std::string why;
  auto made = tls::make_client(options, &why);
  EXPECT_TRUE(made) << why;
  return std::move(made.value());
}

inline tls::server_config server_config_of(tls::server_options options = {}) {
  if (options.identities.empty()) options.identities = {example()};
  std::string why;
  auto made = tls::make_server(options, &why);
  EXPECT_TRUE(made) << why;
  return std::move(made.value());
}

/// The usual ones, made once.
inline const tls::client_config& plain_client() {
  static const auto* const one = new tls::client_config(client_config_of());
  return *one;
}
inline const tls::server_config& plain_server() {
  static const auto* const one = new tls::server_config(server_config_of());
  return *one;
}

/// A client and a server over one wire, not connected yet.
struct pair_of_ends {
  tls::connection client, server;

  explicit pair_of_ends(const tls::client_config& c = plain_client(), const tls::server_config& s = plain_server(),
                        std::string_view host = "example.org") {
    wires w;
    client = tls::client(std::move(w.left), c, host);
    server = tls::server(std::move(w.right), s);
  }

  /// Both handshakes, side by side: how they end.
  std::pair<std::error_code, std::error_code> shake() {
    std::pair<std::error_code, std::error_code> ends;
    wait_group both;
    both.go([&] { ends.first = client.handshake_for(long_time).error(); });
    both.go([&] {
      ends.second = server.handshake_for(long_time).error();
      if (ends.second) server.close();
    });
    both.wait();
    return ends;
  }

  void connect() {
    const auto [c, s] = shake();
    EXPECT_FALSE(c) << c.message() << ": " << client.explanation();
    EXPECT_FALSE(s) << s.message() << ": " << server.explanation();
  }
};

/// One read of at most `most` bytes.
template <class S>
std::string read_some(S& from, std::error_code* error = nullptr, std::size_t most = 4096) {
  std::string text(most, '\0');
  const result<std::size_t> n = from.read_for(long_time, std::as_writable_bytes(std::span(text)));
  if (error != nullptr) *error = n.error();
  text.resize(n.value_or(std::size_t{0}));
  return text;
}

/// Everything to the end, or to an error.
template <class S>
std::string read_all(S& from, std::error_code* error = nullptr) {
  std::string all;
  for (;;) {
    const std::string more = read_some(from, error, 32 * 1024);
    if (more.empty()) return all;
    all += more;
  }
}

/// Text that shows where it is.
inline std::string numbers(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + ' ';
  return text;
}

}  // namespace weft::test

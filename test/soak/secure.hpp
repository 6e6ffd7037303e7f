// SPDX-License-Identifier: Apache-2.0
//
// TLS in the soak, where weft::tls is built: a server whose clients shake hands, echo, break off in the middle of the
// handshake, or trust nobody. Elsewhere nothing, and all is well.
#pragma once

#include <array>
#include <string>
#include <utility>

#include "server.hpp"

#ifdef WEFT_SOAK_TLS
#include "authority.hpp"
#include "weft/tls.hpp"
#endif

namespace soak {

#ifdef WEFT_SOAK_TLS

class secure_server {
 public:
  secure_server() {
    all_.go([this] {
      while (auto next = listener_.accept()) {
        all_.go([connection = std::move(*next)]() mutable { echo(connection); });
      }
    });
  }

  void close() {
    listener_.below().close();
    all_.wait();
  }

  bool echo_once(const std::string& text) {
    weft::tls::connection c = come(trusting_);
    if (!c.write_for(20s, std::as_bytes(std::span(text)))) return false;
    std::string got(text.size(), ' ');
    for (std::size_t n = 0; n < got.size();) {
      const auto more = c.read_for(20s, std::as_writable_bytes(std::span(got)).subspan(n));
      if (!more || *more == 0) return false;
      n += *more;
    }
    return got == text && c.shutdown_write();
  }

  /// Its certificate is not trusted, and it is told so.
  bool distrust() {
    weft::tls::connection c = come(trusting_nobody_);
    return !c.handshake_for(20s);
  }

  /// A few bytes that are no handshake, or nothing.
  bool break_off(bool with_bytes) {
    auto c = weft::net::connect_tcp_for(20s, listener_.below().local());
    if (c && with_bytes) static_cast<void>(c->write(std::as_bytes(std::span("no handshake"))));
    return c.has_value();
  }

 private:
  static void echo(weft::tls::connection& connection) {
    std::array<std::byte, 4096> buffer;
    for (;;) {
      const auto n = connection.read_for(idle, buffer);
      if (!n || *n == 0 || !connection.write_for(idle, {buffer.data(), *n})) return;
    }
  }

  weft::tls::connection come(const weft::tls::client_config& config) {
    auto below = weft::net::connect_tcp_for(20s, listener_.below().local());
    if (!below) return {};
    return weft::tls::client(std::move(*below), config, "example.org");
  }

  const weft::tls::client_config trusting_ =
      *weft::tls::make_client({.roots = weft::test::trusted().root(), .system_roots = false});
  const weft::tls::client_config trusting_nobody_ = *weft::tls::make_client({.system_roots = false});
  weft::tls::listener listener_{std::move(*weft::net::listen_tcp("127.0.0.1:0")),
                                *weft::tls::make_server({.identities = {weft::test::example()}})};
  weft::wait_group all_;
};

#else

struct secure_server {
  void close() {}
  bool echo_once(const std::string&) { return true; }
  bool distrust() { return true; }
  bool break_off(bool) { return true; }
};

#endif

}  // namespace soak

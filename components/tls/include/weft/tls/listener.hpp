// SPDX-License-Identifier: Apache-2.0
//
// A listener whose connections are TLS.
//
//     auto tcp = weft::net::listen_tcp(":443");
//     weft::tls::listener secure(std::move(*tcp), *config);
//     weft::http::serve(ctx, secure, routes);
//
// accept() does not shake hands: that is done by the connection's first operation, on the goroutine that serves it, so
// a client that is silent holds up nobody else.
#pragma once

#include <chrono>
#include <utility>

#include "weft/net/tcp.hpp"
#include "weft/tls/connection.hpp"

namespace weft::tls {

class listener {
 public:
  listener(net::tcp_listener below, server_config config) noexcept
      : below_(std::move(below)), config_(std::move(config)) {}

  [[nodiscard]] result<connection> accept() { return accept(detail::wait_limit{}); }
  [[nodiscard]] result<connection> accept(const detail::wait_limit& limit) {
    result<net::tcp_connection> next = below_.accept(limit);
    if (!next) return next.error();
    return server(std::move(*next), config_);
  }
  template <class Rep, class Period>
  [[nodiscard]] result<connection> accept_for(const std::chrono::duration<Rep, Period>& d) {
    return accept(detail::within(d));
  }
  [[nodiscard]] result<connection> accept_until(clock::time_point when) { return accept(detail::until(when)); }

  /// The one of TCP, for what else it can: local(), deadlines, close().
  [[nodiscard]] net::tcp_listener& below() noexcept { return below_; }

 private:
  net::tcp_listener below_;
  server_config config_;
};

}  // namespace weft::tls

// SPDX-License-Identifier: Apache-2.0
//
// What accepts connections: the part that tcp_listener, unix_listener and unix_packet_listener share.
//
//     for (;;) {
//       weft::result<weft::net::tcp_connection> next = listener.accept(ctx);
//       if (!next) break;                                          // closed, or ctx was cancelled
//       weft::go([c = std::move(*next)]() mutable { serve(c); });
//     }
//
// accept() waits for the next connection. What concerns one connection only is not reported: one that its peer has
// given up meanwhile is passed over. When the process or the system has no descriptor left (EMFILE, ENFILE, ENOBUFS,
// ENOMEM) it tries again after 5 ms, then after twice that and so on to a second: a server outlives it, no connection
// is lost, and they wait in the system's queue. A limit, a deadline and close() end that, too.
#pragma once

#include <chrono>

#include "weft/net/socket.hpp"

namespace weft::net {

struct listen_options {
  int backlog = 4096;  // connections that the system accepts in advance, at most; the system has a limit of its own
  bool reuse_port = false;  // several sockets may listen at the same port, and share what comes
  bool v6_only = false;     // an IPv6 socket at :: takes IPv4 as well if not
};

class any_listener : public socket {
 public:
  any_listener() noexcept = default;

 protected:
  explicit any_listener(detail::socket_core* core) noexcept : socket(core) {}
  [[nodiscard]] result<detail::socket_core*> accept_core(const detail::wait_limit& limit);
};

/// Accepts connections of the class `Connection`.
template <class Connection>
class listener : public any_listener {
 public:
  listener() noexcept = default;

  /// The next connection.
  [[nodiscard]] result<Connection> accept() { return accept(detail::wait_limit{}); }
  [[nodiscard]] result<Connection> accept(const detail::wait_limit& limit) {
    const result<detail::socket_core*> core = accept_core(limit);
    if (!core) return core.error();
    return Connection(*core);
  }
  template <class Rep, class Period>
  [[nodiscard]] result<Connection> accept_for(const std::chrono::duration<Rep, Period>& d) {
    return accept(detail::within(d));
  }
  [[nodiscard]] result<Connection> accept_until(clock::time_point when) { return accept(detail::until(when)); }

 protected:
  explicit listener(detail::socket_core* core) noexcept : any_listener(core) {}
};

}  // namespace weft::net

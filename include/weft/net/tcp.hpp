// SPDX-License-Identifier: Apache-2.0
//
// TCP.
//
//     auto listener = weft::net::listen_tcp("127.0.0.1:0");            // port 0: the system chooses
//     if (!listener) return listener.error();                          // EADDRINUSE, EACCES, a bad address
//     std::puts(listener->local().text().c_str());
//     auto connection = weft::net::connect_tcp(listener->local());
//
// connect_tcp() goes to one endpoint; net::dial() (net/dial.hpp) looks names up and tries all of a host's addresses.
// Connections send small writes at once (no delay) and notice a peer that has vanished by probes after 15 s of silence,
// as in Go. Listeners may take a port that connections of a server before them still hold (SO_REUSEADDR).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "weft/net/listener.hpp"
#include "weft/net/stream.hpp"

namespace weft::net {

class tcp_connection : public stream {
 public:
  tcp_connection() noexcept = default;

  /// Small writes go at once (the default), or are gathered while earlier ones are not acknowledged (Nagle).
  result<void> set_no_delay(bool on);
  [[nodiscard]] result<bool> no_delay() const;

  /// Probes after so much silence, and so often; nullopt: none. In seconds, rounded up.
  result<void> set_keep_alive(std::optional<std::chrono::seconds> every);
  [[nodiscard]] result<bool> keep_alive() const;

  /// What close() does with bytes that were not sent yet. nullopt: it returns at once, the system goes on sending (the
  /// default). 0: they are thrown away, and the peer sees a reset. Else it waits so long, and with it the goroutine.
  result<void> set_linger(std::optional<std::chrono::seconds> wait);

 private:
  friend class listener<tcp_connection>;
  friend result<tcp_connection> connect_tcp(const detail::wait_limit&, const endpoint&, const endpoint&);
  explicit tcp_connection(detail::socket_core* core) noexcept : stream(core) {}
};

class tcp_listener : public listener<tcp_connection> {
 public:
  tcp_listener() noexcept = default;

 private:
  friend result<tcp_listener> listen_tcp(const endpoint&, const listen_options&);
  explicit tcp_listener(detail::socket_core* core) noexcept : listener(core) {}
};

/// Listens at an IP endpoint. Errors: EADDRINUSE, EADDRNOTAVAIL, EACCES; net::errc::wrong_family.
[[nodiscard]] result<tcp_listener> listen_tcp(const endpoint& at, const listen_options& options = {});
/// The same for what endpoint::parse() reads: "127.0.0.1:8080", "[::]:8080", ":8080".
[[nodiscard]] result<tcp_listener> listen_tcp(std::string_view at, const listen_options& options = {});

/// Connects with an IP endpoint, from `from` if that is somewhere. Errors: ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH ...
[[nodiscard]] result<tcp_connection> connect_tcp(const detail::wait_limit& limit, const endpoint& to,
                                                 const endpoint& from = {});
[[nodiscard]] inline result<tcp_connection> connect_tcp(const endpoint& to) {
  return connect_tcp(detail::wait_limit{}, to);
}
template <class Rep, class Period>
[[nodiscard]] result<tcp_connection> connect_tcp_for(const std::chrono::duration<Rep, Period>& d, const endpoint& to) {
  return connect_tcp(detail::within(d), to);
}
[[nodiscard]] inline result<tcp_connection> connect_tcp_until(clock::time_point when, const endpoint& to) {
  return connect_tcp(detail::until(when), to);
}

}  // namespace weft::net

// SPDX-License-Identifier: Apache-2.0
//
// Unix sockets: streams, datagrams and sequenced packets (a connection that keeps messages apart), between processes of
// one machine.
//
//     auto listener = weft::net::listen_unix("/run/it.sock");          // or "@it", which is no file
//     auto connection = weft::net::connect_unix("/run/it.sock");
//     auto [left, right] = *weft::net::unix_pair();
//
// A path that exists is EADDRINUSE, also if nobody listens there any more: whoever knows that removes it first. A
// listener or bound socket removes its file when it is closed. Errors, besides: ENOENT and ECONNREFUSED when nobody
// listens, EACCES, net::errc::bad_path.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "weft/net/listener.hpp"
#include "weft/net/message.hpp"
#include "weft/net/stream.hpp"

namespace weft::net {

class unix_connection : public stream {
 public:
  unix_connection() noexcept = default;

 private:
  friend class listener<unix_connection>;
  friend struct unix_makers;
  explicit unix_connection(detail::socket_core* core) noexcept : stream(core) {}
};

/// A connection of messages; receive() returns 0 at its end.
class unix_packets : public message_socket {
 public:
  unix_packets() noexcept = default;

 private:
  friend class listener<unix_packets>;
  friend struct unix_makers;
  explicit unix_packets(detail::socket_core* core) noexcept : message_socket(core) {}
};

class unix_datagram : public message_socket {
 public:
  unix_datagram() noexcept = default;

 private:
  friend struct unix_makers;
  explicit unix_datagram(detail::socket_core* core) noexcept : message_socket(core) {}
};

class unix_listener : public listener<unix_connection> {
 public:
  unix_listener() noexcept = default;

 private:
  friend struct unix_makers;
  explicit unix_listener(detail::socket_core* core) noexcept : listener(core) {}
};

class unix_packet_listener : public listener<unix_packets> {
 public:
  unix_packet_listener() noexcept = default;

 private:
  friend struct unix_makers;
  explicit unix_packet_listener(detail::socket_core* core) noexcept : listener(core) {}
};

/// Listens at a path, or at an abstract name ("@name").
[[nodiscard]] result<unix_listener> listen_unix(std::string_view path, const listen_options& options = {});
[[nodiscard]] result<unix_packet_listener> listen_unix_packets(std::string_view path,
                                                               const listen_options& options = {});

/// Connects. The wait is for a place in the listener's queue.
[[nodiscard]] result<unix_connection> connect_unix(const detail::wait_limit& limit, std::string_view path);
[[nodiscard]] result<unix_packets> connect_unix_packets(const detail::wait_limit& limit, std::string_view path);
[[nodiscard]] inline result<unix_connection> connect_unix(std::string_view path) { return connect_unix({}, path); }
[[nodiscard]] inline result<unix_packets> connect_unix_packets(std::string_view path) {
  return connect_unix_packets({}, path);
}

/// A socket for datagrams, bound to a path or abstract name; and one that sends to such a socket, without a name.
[[nodiscard]] result<unix_datagram> bind_unix_datagram(std::string_view path);
[[nodiscard]] result<unix_datagram> connect_unix_datagram(std::string_view path);

/// Two that are connected with each other.
[[nodiscard]] result<std::pair<unix_connection, unix_connection>> unix_pair();
[[nodiscard]] result<std::pair<unix_packets, unix_packets>> unix_packets_pair();

}  // namespace weft::net

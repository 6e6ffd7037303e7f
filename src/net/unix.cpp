// SPDX-License-Identifier: Apache-2.0
#include "weft/net/unix.hpp"

#include "net/open.hpp"

namespace weft::net {

using namespace detail;

/// The friend of all kinds: makes a socket of the class `Made` from what came of opening it.
struct unix_makers {
  template <class Made>
  static result<Made> made(const result<socket_core*>& core) {
    if (!core) return core.error();
    return Made(*core);
  }

  template <class Made>
  static result<Made> listening(std::string_view path, socket_kind kind, const listen_options& options) {
    const result<endpoint> at = endpoint::local(path);
    if (!at) return at.error();
    return made<Made>(listen_core(*at, true, kind, options));
  }

  template <class Made>
  static result<Made> connected(const wait_limit& limit, std::string_view path, socket_kind kind) {
    const result<endpoint> to = endpoint::local(path);
    if (!to) return to.error();
    return made<Made>(connect_core(limit, *to, true, kind, {}));
  }

  template <class Made>
  static result<std::pair<Made, Made>> pair(socket_kind kind) {
    int ends[2] = {-1, -1};
    if (const int error = open_socket_pair(kind, ends); error != 0) return system_error(error);
    open_descriptor second(ends[1]);
    result<Made> left = made<Made>(socket_core::adopt(ends[0], socket_core::transport::other));
    if (!left) return left.error();
    result<Made> right = made<Made>(socket_core::adopt(second.take(), socket_core::transport::other));
    if (!right) return right.error();
    return std::pair<Made, Made>(std::move(*left), std::move(*right));
  }
};

result<unix_listener> listen_unix(std::string_view path, const listen_options& options) {
  return unix_makers::listening<unix_listener>(path, socket_kind::stream, options);
}

result<unix_packet_listener> listen_unix_packets(std::string_view path, const listen_options& options) {
  return unix_makers::listening<unix_packet_listener>(path, socket_kind::packets, options);
}

result<unix_connection> connect_unix(const wait_limit& limit, std::string_view path) {
  return unix_makers::connected<unix_connection>(limit, path, socket_kind::stream);
}

result<unix_packets> connect_unix_packets(const wait_limit& limit, std::string_view path) {
  return unix_makers::connected<unix_packets>(limit, path, socket_kind::packets);
}

result<unix_datagram> bind_unix_datagram(std::string_view path) {
  const result<endpoint> at = endpoint::local(path);
  if (!at) return at.error();
  return unix_makers::made<unix_datagram>(bind_core(*at, true, socket_kind::datagram));
}

result<unix_datagram> connect_unix_datagram(std::string_view path) {
  return unix_makers::connected<unix_datagram>({}, path, socket_kind::datagram);
}

result<std::pair<unix_connection, unix_connection>> unix_pair() {
  return unix_makers::pair<unix_connection>(socket_kind::stream);
}

result<std::pair<unix_packets, unix_packets>> unix_packets_pair() {
  return unix_makers::pair<unix_packets>(socket_kind::packets);
}

}  // namespace weft::net

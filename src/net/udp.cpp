// SPDX-License-Identifier: Apache-2.0
#include "weft/net/udp.hpp"

#include "net/open.hpp"
#include "os/socket.hpp"

namespace weft::net {

using namespace detail;

result<void> udp_socket::set_broadcast(bool on) { return set(socket_option::broadcast, on ? 1 : 0); }

result<udp_socket> bind_udp(const endpoint& at) {
  const result<socket_core*> core = bind_core(at, false, socket_kind::datagram);
  if (!core) return core.error();
  return udp_socket(*core);
}

result<udp_socket> bind_udp(std::string_view at) {
  const result<endpoint> where = endpoint::parse(at);
  if (!where) return where.error();
  return bind_udp(*where);
}

result<udp_socket> connect_udp(const endpoint& to) {
  const result<socket_core*> core = connect_core({}, to, false, socket_kind::datagram, {});
  if (!core) return core.error();
  return udp_socket(*core);
}

}  // namespace weft::net

// SPDX-License-Identifier: Apache-2.0
#include "weft/net/message.hpp"

#include "net/socket_core.hpp"

namespace weft::net {

using namespace detail;

namespace {

result<std::size_t> receive_into(socket_core* core, const wait_limit& limit, std::span<std::byte> into,
                                 socket_name* from) {
  socket_core::turn mine(core, readiness::readable, limit);
  if (mine.failed()) return mine.error();
  return mine.count([&](int fd) { return receive_message(fd, into.data(), into.size(), from); });
}

/// An unconnected Unix socket is not told when the receiver has room again.
result<std::size_t> send_from(socket_core* core, const wait_limit& limit, bytes message, const socket_name* to,
                              bool is_told) {
  socket_core::turn mine(core, readiness::writable, limit);
  if (mine.failed()) return mine.error();
  const auto send = [&](int fd) { return send_message(fd, message.data(), message.size(), to); };
  return mine.count_of(is_told ? mine.attempt(send) : mine.attempt_after_pauses(send));
}

}  // namespace

result<std::size_t> message_socket::receive(const wait_limit& limit, std::span<std::byte> into) {
  return receive_into(core_, limit, into, nullptr);
}

result<message_socket::received> message_socket::receive_from(const wait_limit& limit, std::span<std::byte> into) {
  socket_name from;
  const result<std::size_t> size = receive_into(core_, limit, into, &from);
  if (!size) return size.error();
  return received{*size, endpoint::from_system(from)};
}

result<std::size_t> message_socket::send(const wait_limit& limit, bytes message) {
  return send_from(core_, limit, message, nullptr, true);
}

result<std::size_t> message_socket::send_to(const wait_limit& limit, const endpoint& to, bytes message) {
  const socket_name name = to.to_system();
  return send_from(core_, limit, message, &name, !to.is_local());
}

}  // namespace weft::net

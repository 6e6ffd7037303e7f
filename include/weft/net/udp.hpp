// SPDX-License-Identifier: Apache-2.0
//
// UDP.
//
//     auto server = weft::net::bind_udp("127.0.0.1:0");
//     auto client = weft::net::connect_udp(server->local());
//     client->send(ping);
//     auto got = server->receive_from(buffer);                         // got->size bytes from got->from
//     server->send_to(got->from, {buffer.data(), got->size});
#pragma once

#include <string_view>

#include "weft/net/message.hpp"

namespace weft::net {

class udp_socket : public message_socket {
 public:
  udp_socket() noexcept = default;

  /// Whether it may send to broadcast addresses.
  result<void> set_broadcast(bool on);

 private:
  friend result<udp_socket> bind_udp(const endpoint&);
  friend result<udp_socket> connect_udp(const endpoint&);
  explicit udp_socket(detail::socket_core* core) noexcept : message_socket(core) {}
};

/// Receives what is sent to `at`. Errors as for listen_tcp.
[[nodiscard]] result<udp_socket> bind_udp(const endpoint& at);
[[nodiscard]] result<udp_socket> bind_udp(std::string_view at);

/// Sends to `to` and receives from there only. Nothing is sent yet.
[[nodiscard]] result<udp_socket> connect_udp(const endpoint& to);

}  // namespace weft::net

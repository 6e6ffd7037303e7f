// SPDX-License-Identifier: Apache-2.0
//
// The servers that are soaked: echo over TCP, Unix streams, sequenced packets and UDP. Each ends when its socket is
// closed; a connection that is silent for too long is dropped.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "weft/weft.hpp"

namespace soak {

using namespace std::chrono_literals;

inline constexpr auto idle = 15s;  // longer than a busy machine keeps a client waiting

template <class Connection>
void echo_bytes(Connection& connection) {
  std::array<std::byte, 4096> buffer;
  for (;;) {
    connection.set_deadline(weft::clock::now() + idle);
    const auto n = connection.read(buffer);
    if (!n || *n == 0) return;
    if (!connection.write({buffer.data(), *n})) return;
  }
}

inline void echo_packets(weft::net::unix_packets& connection) {
  std::array<std::byte, 4096> buffer;
  for (;;) {
    connection.set_deadline(weft::clock::now() + idle);
    const auto n = connection.receive(buffer);
    if (!n || *n == 0 || *n > buffer.size()) return;
    if (!connection.send({buffer.data(), *n})) return;
  }
}

template <class Listener, class Serve>
void serve_all(Listener& listener, weft::wait_group& connections, Serve serve) {
  while (auto next = listener.accept()) {
    connections.go([connection = std::move(*next), serve]() mutable { serve(connection); });
  }
}

inline void echo_datagrams(weft::net::udp_socket& socket) {
  std::array<std::byte, 4096> buffer;
  for (;;) {
    const auto got = socket.receive_from(buffer);
    if (!got && got.error() == weft::errc::closed) return;
    if (got) static_cast<void>(socket.send_to(got->from, {buffer.data(), std::min(got->size, buffer.size())}));
  }
}

/// Whether the system gives no descriptors just now: what fails meanwhile proves nothing. Odd while it lasts.
inline std::atomic<unsigned> shortages{0};

struct servers {
  weft::net::tcp_listener tcp = std::move(*weft::net::listen_tcp("0.0.0.0:0"));
  std::string unix_name;
  weft::net::unix_listener unix_streams;
  weft::net::unix_packet_listener unix_packets;
  weft::net::udp_socket udp = std::move(*weft::net::bind_udp("127.0.0.1:0"));
  weft::wait_group all;

  explicit servers(const std::string& name)
      : unix_name(name),
        unix_streams(std::move(*weft::net::listen_unix(name))),
        unix_packets(std::move(*weft::net::listen_unix_packets(name + "p"))) {
    all.go([this] { serve_all(tcp, all, [](auto& c) { echo_bytes(c); }); });
    all.go([this] { serve_all(unix_streams, all, [](auto& c) { echo_bytes(c); }); });
    all.go([this] { serve_all(unix_packets, all, [](auto& c) { echo_packets(c); }); });
    all.go([this] { echo_datagrams(udp); });
  }

  /// Ends when the last connection has been served.
  void close() {
    tcp.close();
    unix_streams.close();
    unix_packets.close();
    udp.close();
    all.wait();
  }
};

}  // namespace soak

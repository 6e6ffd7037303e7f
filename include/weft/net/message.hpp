// SPDX-License-Identifier: Apache-2.0
//
// Sockets that carry messages, each whole or not at all: what udp_socket, unix_datagram and unix_packets share.
//
// receive() returns the size of the next message, whose end is lost if it does not fit: then the size is larger than
// the buffer. Messages may be empty, so 0 is a message of 0 bytes; of unix_packets it is also the end.
// send() needs a connected socket; send_to() says where. Errors of messages sent before may be reported by a later
// operation (ECONNREFUSED: nobody receives there).
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <utility>

#include "weft/net/socket.hpp"
#include "weft/net/stream.hpp"

namespace weft::net {

class message_socket : public socket {
 public:
  /// How large a message was, and who has sent it.
  struct received {
    std::size_t size;
    endpoint from;
  };

  message_socket() noexcept = default;

  [[nodiscard]] result<std::size_t> receive(std::span<std::byte> into) { return receive({}, into); }
  [[nodiscard]] result<std::size_t> receive(const detail::wait_limit& limit, std::span<std::byte> into);
  template <class Rep, class Period>
  [[nodiscard]] result<std::size_t> receive_for(const std::chrono::duration<Rep, Period>& d,
                                                std::span<std::byte> into) {
    return receive(detail::within(d), into);
  }
  [[nodiscard]] result<std::size_t> receive_until(clock::time_point when, std::span<std::byte> into) {
    return receive(detail::until(when), into);
  }

  [[nodiscard]] result<received> receive_from(std::span<std::byte> into) { return receive_from({}, into); }
  [[nodiscard]] result<received> receive_from(const detail::wait_limit& limit, std::span<std::byte> into);
  template <class Rep, class Period>
  [[nodiscard]] result<received> receive_from_for(const std::chrono::duration<Rep, Period>& d,
                                                  std::span<std::byte> into) {
    return receive_from(detail::within(d), into);
  }
  [[nodiscard]] result<received> receive_from_until(clock::time_point when, std::span<std::byte> into) {
    return receive_from(detail::until(when), into);
  }

  [[nodiscard]] result<std::size_t> send(bytes message) { return send({}, message); }
  [[nodiscard]] result<std::size_t> send(const detail::wait_limit& limit, bytes message);
  template <class Rep, class Period>
  [[nodiscard]] result<std::size_t> send_for(const std::chrono::duration<Rep, Period>& d, bytes message) {
    return send(detail::within(d), message);
  }
  [[nodiscard]] result<std::size_t> send_until(clock::time_point when, bytes message) {
    return send(detail::until(when), message);
  }

  [[nodiscard]] result<std::size_t> send_to(const endpoint& to, bytes message) { return send_to({}, to, message); }
  [[nodiscard]] result<std::size_t> send_to(const detail::wait_limit& limit, const endpoint& to, bytes message);
  template <class Rep, class Period>
  [[nodiscard]] result<std::size_t> send_to_for(const std::chrono::duration<Rep, Period>& d, const endpoint& to,
                                                bytes message) {
    return send_to(detail::within(d), to, message);
  }
  [[nodiscard]] result<std::size_t> send_to_until(clock::time_point when, const endpoint& to, bytes message) {
    return send_to(detail::until(when), to, message);
  }

 protected:
  explicit message_socket(detail::socket_core* core) noexcept : socket(core) {}
};

}  // namespace weft::net

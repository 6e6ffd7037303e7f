// SPDX-License-Identifier: Apache-2.0
//
// Sockets of the operating system. Every descriptor made here is closed on exec and does not block; every call is made
// again after EINTR; no write raises SIGPIPE. Nothing here waits.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// What a call has returned, or errno.
struct call_result {
  std::int64_t value = 0;
  int error = 0;
};

/// A socket's name, as the system keeps it; `size` is what is used of `bytes`.
struct socket_name {
  alignas(8) std::byte bytes[112] = {};
  std::uint32_t size = 0;
};

/// Parts of a message: as the system's iovec.
struct memory_part {
  void* data;
  std::size_t size;
};

enum class socket_family : std::uint8_t { ipv4, ipv6, local };
enum class socket_kind : std::uint8_t { stream, datagram, packets };

/// A descriptor.
[[nodiscard]] call_result open_socket(socket_family family, socket_kind kind) noexcept;
/// Two that are connected with each other, of the family `local`. Returns 0 or errno, as do most of these.
[[nodiscard]] int open_socket_pair(socket_kind kind, int (&ends)[2]) noexcept;
[[nodiscard]] int bind_socket(int fd, const socket_name& name) noexcept;
[[nodiscard]] int listen_socket(int fd, int backlog) noexcept;
/// EINPROGRESS: wait until it is writable, then ask for connect_error().
[[nodiscard]] int connect_socket(int fd, const socket_name& name) noexcept;
/// Zero: connected. EINPROGRESS: not yet.
[[nodiscard]] int connect_error(int fd) noexcept;
/// A descriptor.
[[nodiscard]] call_result accept_socket(int fd, socket_name& from) noexcept;

/// A number of bytes; 0: the end.
[[nodiscard]] call_result receive_bytes(int fd, void* data, std::size_t size) noexcept;
[[nodiscard]] call_result send_bytes(int fd, const void* data, std::size_t size) noexcept;
/// At most `max_parts` of them.
inline constexpr std::size_t max_parts = 64;
[[nodiscard]] call_result send_parts(int fd, const memory_part* parts, std::size_t n) noexcept;
/// The size of the message, which may be more than `size`; `from` may be null.
[[nodiscard]] call_result receive_message(int fd, void* data, std::size_t size, socket_name* from) noexcept;
/// `to` may be null.
[[nodiscard]] call_result send_message(int fd, const void* data, std::size_t size, const socket_name* to) noexcept;

[[nodiscard]] int shutdown_reading(int fd) noexcept;
[[nodiscard]] int shutdown_writing(int fd) noexcept;
void close_descriptor(int fd) noexcept;

[[nodiscard]] int name_of_socket(int fd, socket_name& name) noexcept;
[[nodiscard]] int name_of_peer(int fd, socket_name& name) noexcept;

enum class socket_option : std::uint8_t {
  reuse_address,
  reuse_port,
  v6_only,
  no_delay,
  keep_alive,
  keep_alive_idle,      // seconds
  keep_alive_interval,  // seconds
  keep_alive_count,
  receive_buffer,
  send_buffer,
  broadcast,
};
[[nodiscard]] int set_option(int fd, socket_option option, int value) noexcept;
[[nodiscard]] call_result get_option(int fd, socket_option option) noexcept;
/// Negative seconds: off.
[[nodiscard]] int set_linger(int fd, int seconds) noexcept;

/// Removes the file of a socket.
void remove_file(const char* path) noexcept;

}  // namespace weft::detail

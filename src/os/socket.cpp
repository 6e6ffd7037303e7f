// SPDX-License-Identifier: Apache-2.0
//
// Every function stays a call of its own (noinline): it reads errno, whose address compilers keep across a switch.
//
// recv and send go past the C library, which makes them points where a thread may be cancelled: two locked instructions
// around each call, 2 % of an echo. No thread of weft is ever cancelled. ThreadSanitizer knows them by their names.
#include "os/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>

#include "os/direct_call.hpp"
#include "os/fiber_annotations.hpp"

namespace weft::detail {
namespace {

static_assert(sizeof(socket_name::bytes) >= sizeof(sockaddr_un) && sizeof(socket_name::bytes) >= sizeof(sockaddr_in6));

/// Calls again while the call is interrupted.
template <class F>
[[gnu::always_inline]] inline call_result call(F f) noexcept {
  for (;;) {
    const auto value = f();
    if (value >= 0) return {static_cast<std::int64_t>(value), 0};
    if (errno != EINTR) return {-1, errno};
  }
}

/// The same for what moves bytes.
[[gnu::always_inline]] inline call_result call_directly(long number, int fd, const void* data, std::size_t size,
                                                        int flags) noexcept {
  for (;;) {
    const long value = move_bytes(number, fd, data, size, flags);
    if (value >= 0) return {value, 0};
    if (value != -EINTR) return {-1, static_cast<int>(-value)};
  }
}

sockaddr* address_of(socket_name& name) noexcept { return reinterpret_cast<sockaddr*>(name.bytes); }
const sockaddr* address_of(const socket_name& name) noexcept { return reinterpret_cast<const sockaddr*>(name.bytes); }

int type_of(socket_kind kind) noexcept {
  const int type = kind == socket_kind::stream     ? SOCK_STREAM
                   : kind == socket_kind::datagram ? SOCK_DGRAM
                                                   : SOCK_SEQPACKET;
  return type | SOCK_CLOEXEC | SOCK_NONBLOCK;
}

struct option_name {
  int level;
  int name;
};

constexpr option_name option_names[] = {
    // in the order of socket_option
    {SOL_SOCKET, SO_REUSEADDR}, {SOL_SOCKET, SO_REUSEPORT},  {IPPROTO_IPV6, IPV6_V6ONLY},  {IPPROTO_TCP, TCP_NODELAY},
    {SOL_SOCKET, SO_KEEPALIVE}, {IPPROTO_TCP, TCP_KEEPIDLE}, {IPPROTO_TCP, TCP_KEEPINTVL}, {IPPROTO_TCP, TCP_KEEPCNT},
    {SOL_SOCKET, SO_RCVBUF},    {SOL_SOCKET, SO_SNDBUF},     {SOL_SOCKET, SO_BROADCAST},
};
static_assert(std::size(option_names) == static_cast<std::size_t>(socket_option::broadcast) + 1);

option_name name_of(socket_option option) noexcept { return option_names[static_cast<std::size_t>(option)]; }

}  // namespace

// ---- life ----------------------------------------------------------------------------------------------------------

[[gnu::noinline]] call_result open_socket(socket_family family, socket_kind kind) noexcept {
  const int number = family == socket_family::ipv4 ? AF_INET : family == socket_family::ipv6 ? AF_INET6 : AF_UNIX;
  return call([&] { return ::socket(number, type_of(kind), 0); });
}

[[gnu::noinline]] int open_socket_pair(socket_kind kind, int (&ends)[2]) noexcept {
  return call([&] { return ::socketpair(AF_UNIX, type_of(kind), 0, ends); }).error;
}

[[gnu::noinline]] int bind_socket(int fd, const socket_name& name) noexcept {
  return call([&] { return ::bind(fd, address_of(name), name.size); }).error;
}

[[gnu::noinline]] int listen_socket(int fd, int backlog) noexcept {
  return call([&] { return ::listen(fd, backlog); }).error;
}

[[gnu::noinline]] int connect_socket(int fd, const socket_name& name) noexcept {
  if (::connect(fd, address_of(name), name.size) == 0) return 0;
  return errno == EINTR ? EINPROGRESS : errno;  // interrupted, it goes on by itself
}

[[gnu::noinline]] int connect_error(int fd) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  if (error != 0) return error;
  socket_name peer;  // woken for nothing: no error yet, but no peer either
  const int unconnected = name_of_peer(fd, peer);
  return unconnected == ENOTCONN ? EINPROGRESS : unconnected;
}

[[gnu::noinline]] call_result accept_socket(int fd, socket_name& from) noexcept {
  return call([&] {
    socklen_t size = sizeof from.bytes;
    const int accepted = ::accept4(fd, address_of(from), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    from.size = size;
    return accepted;
  });
}

[[gnu::noinline]] int shutdown_reading(int fd) noexcept {
  return call([&] { return ::shutdown(fd, SHUT_RD); }).error;
}

[[gnu::noinline]] int shutdown_writing(int fd) noexcept {
  return call([&] { return ::shutdown(fd, SHUT_WR); }).error;
}

// Not again after EINTR: Linux has closed it by then, and the number may be somebody else's.
[[gnu::noinline]] void close_descriptor(int fd) noexcept { ::close(fd); }

[[gnu::noinline]] void remove_file(const char* path) noexcept { ::unlink(path); }

// ---- bytes and messages --------------------------------------------------------------------------------------------

[[gnu::noinline]] call_result receive_bytes(int fd, void* data, std::size_t size) noexcept {
  if constexpr (tsan_on || asan_on) return call([&] { return ::recv(fd, data, size, 0); });
  return call_directly(SYS_recvfrom, fd, data, size, 0);
}

[[gnu::noinline]] call_result send_bytes(int fd, const void* data, std::size_t size) noexcept {
  if constexpr (tsan_on || asan_on) return call([&] { return ::send(fd, data, size, MSG_NOSIGNAL); });
  return call_directly(SYS_sendto, fd, data, size, MSG_NOSIGNAL);
}

[[gnu::noinline]] call_result send_parts(int fd, const memory_part* parts, std::size_t n) noexcept {
  static_assert(sizeof(memory_part) == sizeof(iovec) && offsetof(memory_part, size) == offsetof(iovec, iov_len));
  msghdr message{};
  message.msg_iov = reinterpret_cast<iovec*>(const_cast<memory_part*>(parts));
  message.msg_iovlen = n < max_parts ? n : max_parts;
  return call([&] { return ::sendmsg(fd, &message, MSG_NOSIGNAL); });
}

[[gnu::noinline]] call_result receive_message(int fd, void* data, std::size_t size, socket_name* from) noexcept {
  return call([&] {
    socklen_t name_size = from != nullptr ? sizeof from->bytes : 0;
    const ssize_t n = ::recvfrom(fd, data, size, MSG_TRUNC, from != nullptr ? address_of(*from) : nullptr, &name_size);
    if (from != nullptr) from->size = name_size;
    return n;
  });
}

[[gnu::noinline]] call_result send_message(int fd, const void* data, std::size_t size, const socket_name* to) noexcept {
  return call([&] {
    return ::sendto(fd, data, size, MSG_NOSIGNAL, to != nullptr ? address_of(*to) : nullptr,
                    to != nullptr ? to->size : 0);
  });
}

// ---- names and options ---------------------------------------------------------------------------------------------

[[gnu::noinline]] int name_of_socket(int fd, socket_name& name) noexcept {
  socklen_t size = sizeof name.bytes;
  const int error = ::getsockname(fd, address_of(name), &size) == 0 ? 0 : errno;
  name.size = error == 0 ? size : 0;
  return error;
}

[[gnu::noinline]] int name_of_peer(int fd, socket_name& name) noexcept {
  socklen_t size = sizeof name.bytes;
  const int error = ::getpeername(fd, address_of(name), &size) == 0 ? 0 : errno;
  name.size = error == 0 ? size : 0;
  return error;
}

[[gnu::noinline]] int set_option(int fd, socket_option option, int value) noexcept {
  const auto [level, name] = name_of(option);
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0 ? 0 : errno;
}

[[gnu::noinline]] call_result get_option(int fd, socket_option option) noexcept {
  const auto [level, name] = name_of(option);
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(fd, level, name, &value, &size) != 0) return {-1, errno};
  return {value, 0};
}

[[gnu::noinline]] int set_linger(int fd, int seconds) noexcept {
  linger value{};
  value.l_onoff = seconds >= 0 ? 1 : 0;
  value.l_linger = seconds >= 0 ? seconds : 0;
  return ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, sizeof value) == 0 ? 0 : errno;
}

}  // namespace weft::detail

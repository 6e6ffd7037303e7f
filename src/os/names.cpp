// SPDX-License-Identifier: Apache-2.0
#include "os/names.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace weft::detail {
namespace {

template <class T>
T as(const socket_name& name) noexcept {
  T address{};
  std::memcpy(&address, name.bytes, sizeof address);
  return address;
}

template <class T>
socket_name named(const T& address, std::size_t size) noexcept {
  socket_name name;
  std::memcpy(name.bytes, &address, sizeof address);
  name.size = static_cast<std::uint32_t>(size);
  return name;
}

constexpr std::size_t path_start = offsetof(sockaddr_un, sun_path);

}  // namespace

[[gnu::noinline]] int look_up(const char* host, const char* service, std::vector<socket_name>& found,
                              int& system_error) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_ADDRCONFIG;
  addrinfo* first = nullptr;
  const int code = ::getaddrinfo(*host != '\0' ? host : nullptr, *service != '\0' ? service : nullptr, &wanted, &first);
  system_error = errno;
  if (code != 0) return code;
  for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
    socket_name name;
    if (each->ai_addrlen > sizeof name.bytes) continue;
    std::memcpy(name.bytes, each->ai_addr, each->ai_addrlen);
    name.size = each->ai_addrlen;
    if (family_of(name) != name_family::none) found.push_back(name);
  }
  ::freeaddrinfo(first);
  return found.empty() ? EAI_NONAME : 0;
}

const char* lookup_text(int code) noexcept { return ::gai_strerror(code); }

bool means_not_found(int code) noexcept { return code == EAI_NONAME || code == EAI_NODATA || code == EAI_ADDRFAMILY; }

bool means_system_error(int code) noexcept { return code == EAI_SYSTEM; }

std::uint32_t interface_number(const char* name) noexcept { return ::if_nametoindex(name); }

std::string interface_name(std::uint32_t number) {
  char name[IF_NAMESIZE];
  return ::if_indextoname(number, name) != nullptr ? name : std::to_string(number);
}

bool parse_ipv4(const char* text, void* bytes) noexcept { return ::inet_pton(AF_INET, text, bytes) == 1; }
bool parse_ipv6(const char* text, void* bytes) noexcept { return ::inet_pton(AF_INET6, text, bytes) == 1; }

std::string print_ipv4(const void* bytes) {
  char text[INET_ADDRSTRLEN];
  return ::inet_ntop(AF_INET, bytes, text, sizeof text);
}

std::string print_ipv6(const void* bytes) {
  char text[INET6_ADDRSTRLEN];
  return ::inet_ntop(AF_INET6, bytes, text, sizeof text);
}

socket_name ipv4_name(const void* bytes, std::uint16_t port) noexcept {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  std::memcpy(&address.sin_addr, bytes, sizeof address.sin_addr);
  return named(address, sizeof address);
}

socket_name ipv6_name(const void* bytes, std::uint32_t scope, std::uint16_t port) noexcept {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_scope_id = scope;
  std::memcpy(&address.sin6_addr, bytes, sizeof address.sin6_addr);
  return named(address, sizeof address);
}

// A path counts with its zero byte, if there is room for one; an abstract name without.
socket_name local_name(const char* path, std::size_t size) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (size > sizeof address.sun_path) size = sizeof address.sun_path;
  std::memcpy(address.sun_path, path, size);
  const bool ends_in_zero = size > 0 && size < sizeof address.sun_path && path[0] != '\0';
  return named(address, path_start + size + (ends_in_zero ? 1 : 0));
}

name_family family_of(const socket_name& name) noexcept {
  if (name.size < sizeof(sa_family_t)) return name_family::none;
  switch (as<sa_family_t>(name)) {
    case AF_INET:
      return name_family::ipv4;
    case AF_INET6:
      return name_family::ipv6;
    case AF_UNIX:
      return name_family::local;
    default:
      return name_family::none;
  }
}

std::uint16_t port_of(const socket_name& name) noexcept {
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  return ntohs(as<sockaddr_in>(name).sin_port);
}

std::uint32_t scope_of(const socket_name& name) noexcept {
  return family_of(name) == name_family::ipv6 ? as<sockaddr_in6>(name).sin6_scope_id : 0;
}

void copy_address(const socket_name& name, void* bytes) noexcept {
  if (family_of(name) == name_family::ipv4) {
    const auto address = as<sockaddr_in>(name);
    std::memcpy(bytes, &address.sin_addr, sizeof address.sin_addr);
  } else if (family_of(name) == name_family::ipv6) {
    const auto address = as<sockaddr_in6>(name);
    std::memcpy(bytes, &address.sin6_addr, sizeof address.sin6_addr);
  }
}

std::string path_of(const socket_name& name) {
  if (name.size <= path_start) return {};
  const auto address = as<sockaddr_un>(name);
  std::size_t size = name.size - path_start;
  if (size > sizeof address.sun_path) size = sizeof address.sun_path;
  if (address.sun_path[0] != '\0') size = ::strnlen(address.sun_path, size);
  return std::string(address.sun_path, size);
}

}  // namespace weft::detail

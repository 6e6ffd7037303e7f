// SPDX-License-Identifier: Apache-2.0
//
// Names of the network: hosts and services, interfaces, and what is wrong with them. look_up() blocks the thread, for
// seconds perhaps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "os/socket.hpp"

namespace weft::detail {

/// Names of stream sockets for a host and a service (a number or a name; may be empty), in the order of preference that
/// the system has found. Returns 0 or a code of getaddrinfo.
[[nodiscard]] int look_up(const char* host, const char* service, std::vector<socket_name>& found, int& system_error);

/// The text of such a code, and whether it says that there is no such host.
[[nodiscard]] const char* lookup_text(int code) noexcept;
[[nodiscard]] bool means_not_found(int code) noexcept;
/// Whether the reason is in errno.
[[nodiscard]] bool means_system_error(int code) noexcept;

/// The number of an interface; 0: there is none of that name.
[[nodiscard]] std::uint32_t interface_number(const char* name) noexcept;
/// Its name, or its number in digits.
[[nodiscard]] std::string interface_name(std::uint32_t number);

/// 4 or 16 bytes in network order, from and to text.
[[nodiscard]] bool parse_ipv4(const char* text, void* bytes) noexcept;
[[nodiscard]] bool parse_ipv6(const char* text, void* bytes) noexcept;
[[nodiscard]] std::string print_ipv4(const void* bytes);
[[nodiscard]] std::string print_ipv6(const void* bytes);

// ---- the layout of names -------------------------------------------------------------------------------------------

[[nodiscard]] socket_name ipv4_name(const void* bytes, std::uint16_t port) noexcept;
[[nodiscard]] socket_name ipv6_name(const void* bytes, std::uint32_t scope, std::uint16_t port) noexcept;
/// A path, or an abstract name, which begins with a zero byte. At most 107 bytes.
[[nodiscard]] socket_name local_name(const char* path, std::size_t size) noexcept;

enum class name_family : std::uint8_t { none, ipv4, ipv6, local };
[[nodiscard]] name_family family_of(const socket_name& name) noexcept;
/// Of IPv4 and IPv6: the address is copied to `bytes`.
[[nodiscard]] std::uint16_t port_of(const socket_name& name) noexcept;
[[nodiscard]] std::uint32_t scope_of(const socket_name& name) noexcept;
void copy_address(const socket_name& name, void* bytes) noexcept;
/// Of a local name: its path, empty if it has none.
[[nodiscard]] std::string path_of(const socket_name& name);

}  // namespace weft::detail

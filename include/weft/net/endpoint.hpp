// SPDX-License-Identifier: Apache-2.0
//
// Where a socket is: an IP address with a port, or the name of a Unix socket.
//
//     weft::net::endpoint here(weft::net::address::loopback(), 8080);
//     auto there = weft::net::endpoint::parse("[fe80::1%eth0]:80");
//     std::puts(there->text().c_str());
//
// Values: copied, compared and hashed freely. Parsing asks nobody but for the number of an interface that a scope
// names; names of hosts are looked up by net::resolve() and net::dial().
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "weft/result.hpp"

namespace weft::detail {
struct socket_name;
}

namespace weft::net {

enum class family : std::uint8_t { none, ipv4, ipv6, local };

/// An IPv4 or IPv6 address; an IPv6 address may have a scope, the number of an interface.
class address {
 public:
  /// 0.0.0.0
  constexpr address() noexcept = default;
  /// Bytes in the order in which they are written.
  constexpr explicit address(const std::array<std::uint8_t, 4>& bytes) noexcept {
    for (std::size_t i = 0; i < 4; ++i) bytes_[i] = bytes[i];
  }
  constexpr explicit address(const std::array<std::uint8_t, 16>& bytes, std::uint32_t scope = 0) noexcept
      : bytes_(bytes), scope_(scope), six_(true) {}

  /// 127.0.0.1, ::1, 0.0.0.0 and ::
  [[nodiscard]] static constexpr address loopback() noexcept {
    return address(std::array<std::uint8_t, 4>{127, 0, 0, 1});
  }
  [[nodiscard]] static constexpr address loopback_ipv6() noexcept {
    std::array<std::uint8_t, 16> bytes{};
    bytes[15] = 1;
    return address(bytes);
  }
  [[nodiscard]] static constexpr address any() noexcept { return {}; }
  [[nodiscard]] static constexpr address any_ipv6() noexcept { return address(std::array<std::uint8_t, 16>{}); }

  /// "192.0.2.1", "2001:db8::1", "fe80::1%eth0", "fe80::1%2". net::errc::bad_address or bad_scope.
  [[nodiscard]] static result<address> parse(std::string_view text);

  [[nodiscard]] constexpr bool is_ipv4() const noexcept { return !six_; }
  [[nodiscard]] constexpr bool is_ipv6() const noexcept { return six_; }
  [[nodiscard]] bool is_loopback() const noexcept;
  /// 0.0.0.0 or ::
  [[nodiscard]] bool is_any() const noexcept;
  [[nodiscard]] constexpr std::uint32_t scope() const noexcept { return scope_; }
  /// The first 4, or all 16.
  [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }

  /// As parse() reads it.
  [[nodiscard]] std::string text() const;

  friend constexpr auto operator<=>(const address&, const address&) noexcept = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  std::uint32_t scope_ = 0;
  bool six_ = false;
};

/// An address and a port; or the name of a Unix socket, which is a path, an abstract name, or empty (unnamed).
class endpoint {
 public:
  /// Nowhere.
  endpoint() noexcept = default;
  endpoint(const address& at, std::uint16_t port) noexcept
      : address_(at), port_(port), family_(at.is_ipv6() ? family::ipv6 : family::ipv4) {}

  /// "192.0.2.1:80", "[2001:db8::1]:80", "[fe80::1%eth0]:80", "unix:/run/it.sock", "unix:@abstract". ":80" is 0.0.0.0.
  /// The errors of net/error.hpp say what is wrong.
  [[nodiscard]] static result<endpoint> parse(std::string_view text);

  /// A path, or with a leading '@' an abstract name, which is no file. net::errc::bad_path.
  [[nodiscard]] static result<endpoint> local(std::string_view path);

  [[nodiscard]] net::family family() const noexcept { return family_; }
  [[nodiscard]] bool is_ip() const noexcept { return family_ == family::ipv4 || family_ == family::ipv6; }
  [[nodiscard]] bool is_local() const noexcept { return family_ == family::local; }
  /// Of an IP endpoint.
  [[nodiscard]] const net::address& address() const noexcept { return address_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Of a Unix endpoint; with a leading '@' if it is abstract.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// As parse() reads it; "unix:" for an unnamed socket, "" for nowhere.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const endpoint&, const endpoint&) noexcept = default;

  /// For weft's own use.
  [[nodiscard]] detail::socket_name to_system() const noexcept;
  [[nodiscard]] static endpoint from_system(const detail::socket_name& name);

 private:
  net::address address_;
  std::uint16_t port_ = 0;
  net::family family_ = family::none;
  std::string path_;
};

}  // namespace weft::net

template <>
struct std::hash<weft::net::endpoint> {
  [[nodiscard]] std::size_t operator()(const weft::net::endpoint& e) const noexcept;
};

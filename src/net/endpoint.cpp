// SPDX-License-Identifier: Apache-2.0
//
// The grammar. HOST:PORT, where a HOST with colons stands in brackets; an IPv6 HOST may end in %SCOPE, an interface's
// name or number. A Unix socket is unix:PATH, and an abstract one unix:@NAME; a path that begins with '@' is written
// with a directory before it, as "./@name".
#include "weft/net/endpoint.hpp"

#include <algorithm>
#include <charconv>

#include "net/host_port.hpp"
#include "os/names.hpp"
#include "weft/net/error.hpp"

namespace weft::net {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::string_view relative_at = "./@";  // how a file @... of the current directory is written
constexpr std::size_t longest_path = 108;        // of sockaddr_un; a path that fills it has no zero byte at its end

template <class T>
bool parse_number(std::string_view text, T& value) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

result<std::uint32_t> parse_scope(std::string_view text) {
  std::uint32_t number = 0;
  if (parse_number(text, number) && number != 0) return number;
  number = text.empty() ? 0 : detail::interface_number(std::string(text).c_str());
  if (number == 0) return errc::bad_scope;
  return number;
}

}  // namespace

// ---- addresses -----------------------------------------------------------------------------------------------------

result<address> address::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return errc::bad_address;
  std::array<std::uint8_t, 4> four{};
  if (detail::parse_ipv4(std::string(text).c_str(), four.data())) return address(four);
  const std::size_t percent = text.find('%');
  std::array<std::uint8_t, 16> sixteen{};
  if (!detail::parse_ipv6(std::string(text.substr(0, percent)).c_str(), sixteen.data())) return errc::bad_address;
  if (percent == std::string_view::npos) return address(sixteen);
  const result<std::uint32_t> scope = parse_scope(text.substr(percent + 1));
  if (!scope) return scope.error();
  return address(sixteen, *scope);
}

bool address::is_loopback() const noexcept { return six_ ? bytes_ == loopback_ipv6().bytes_ : bytes_[0] == 127; }

bool address::is_any() const noexcept {
  return std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::string address::text() const {
  if (!six_) return detail::print_ipv4(bytes_.data());
  const std::string plain = detail::print_ipv6(bytes_.data());
  return scope_ == 0 ? plain : plain + '%' + detail::interface_name(scope_);
}

// ---- endpoints -----------------------------------------------------------------------------------------------------

result<host_port> split_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return errc::bad_address;
    if (end + 1 == text.size()) return errc::missing_port;
    if (text[end + 1] != ':') return errc::bad_address;
    return host_port{text.substr(1, end - 1), text.substr(end + 2)};
  }
  if (colon == std::string_view::npos) return errc::missing_port;
  if (text.find(':') != colon) return errc::too_many_colons;
  return host_port{text.substr(0, colon), text.substr(colon + 1)};
}

result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  if (!parse_number(text, port)) return errc::bad_port;
  return port;
}

result<endpoint> endpoint::parse(std::string_view text) {
  if (text.starts_with(unix_prefix)) return local(text.substr(unix_prefix.size()));
  const result<host_port> parts = split_host_port(text);
  if (!parts) return parts.error();
  const result<std::uint16_t> port = parse_port(parts->port);
  if (!port) return port.error();
  if (parts->host.empty()) return endpoint(net::address::any(), *port);
  const result<net::address> at = net::address::parse(parts->host);
  if (!at) return at.error();
  return endpoint(*at, *port);
}

result<endpoint> endpoint::local(std::string_view path) {
  const bool abstract = path.starts_with('@');
  const bool zero = path.find('\0') != std::string_view::npos;
  if (path.empty() || path.size() > longest_path || zero || (abstract && path.size() == 1)) return errc::bad_path;
  endpoint made;
  made.family_ = family::local;
  made.path_ = path;
  return made;
}

std::string endpoint::text() const {
  switch (family_) {
    case family::none:
      return {};
    case family::ipv4:
      return address_.text() + ':' + std::to_string(port_);
    case family::ipv6:
      return '[' + address_.text() + "]:" + std::to_string(port_);
    case family::local:
      break;
  }
  return std::string(unix_prefix) + path_;
}

detail::socket_name endpoint::to_system() const noexcept {
  switch (family_) {
    case family::none:
      return {};
    case family::ipv4:
      return detail::ipv4_name(address_.bytes().data(), port_);
    case family::ipv6:
      return detail::ipv6_name(address_.bytes().data(), address_.scope(), port_);
    case family::local:
      break;
  }
  char name[longest_path];
  const std::size_t size = path_.copy(name, longest_path, path_.starts_with(relative_at) ? 2 : 0);
  if (path_.starts_with('@')) name[0] = '\0';
  return detail::local_name(name, size);
}

endpoint endpoint::from_system(const detail::socket_name& name) {
  endpoint made;
  switch (detail::family_of(name)) {
    case detail::name_family::none:
      break;
    case detail::name_family::ipv4: {
      std::array<std::uint8_t, 4> bytes{};
      detail::copy_address(name, bytes.data());
      return endpoint(net::address(bytes), detail::port_of(name));
    }
    case detail::name_family::ipv6: {
      std::array<std::uint8_t, 16> bytes{};
      detail::copy_address(name, bytes.data());
      return endpoint(net::address(bytes, detail::scope_of(name)), detail::port_of(name));
    }
    case detail::name_family::local:
      made.family_ = family::local;
      made.path_ = detail::path_of(name);
      if (made.path_.starts_with('@')) made.path_.insert(0, "./");
      if (made.path_.starts_with('\0')) made.path_[0] = '@';
      break;
  }
  return made;
}

}  // namespace weft::net

std::size_t std::hash<weft::net::endpoint>::operator()(const weft::net::endpoint& e) const noexcept {
  std::size_t mixed =
      std::hash<std::string>()(e.path()) ^ (std::size_t{e.port()} << 8 | static_cast<std::size_t>(e.family()));
  for (const std::uint8_t byte : e.address().bytes()) mixed = mixed * 31 + byte;
  return mixed * 31 + e.address().scope();
}

// SPDX-License-Identifier: Apache-2.0
//
// A TCP connection with a host, by name.
//
//     auto connection = weft::net::dial(ctx, "example.org", "443");
//
// Looks the name up (net/resolve.hpp) and tries its addresses, IPv6 and IPv4 in turn, beginning with the one that the
// system prefers. If one has not answered after 250 ms the next is tried beside it, and if one fails, at once; the
// first that is connected wins ("happy eyeballs", RFC 8305). A thread that is no goroutine tries one after the other.
//
// The error is the first address's, or the lookup's, or the limit's. Who must tell a person what went wrong asks for
// all of it:
//
//     std::vector<weft::net::dial_failure> failures;
//     auto connection = weft::net::dial(ctx, host, "443", {.failures = &failures});
//     if (!connection) log(weft::net::describe(failures));
//     // "[2001:db8::1]:443: Network is unreachable; 192.0.2.7:443: Connection refused"
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/net/tcp.hpp"

namespace weft::net {

/// An address that could not be connected with; or a name that could not be looked up.
struct dial_failure {
  std::string where;
  std::error_code error;
};

struct dial_options {
  std::chrono::milliseconds fallback_after{250};  // when the next address is tried beside
  endpoint from{};                                // where to connect from; nowhere: the system chooses
  std::vector<dial_failure>* failures = nullptr;  // what failed is added here
};

[[nodiscard]] result<tcp_connection> dial(const detail::wait_limit& limit, std::string_view host,
                                          std::string_view service, const dial_options& options = {});
[[nodiscard]] inline result<tcp_connection> dial(std::string_view host, std::string_view service,
                                                 const dial_options& options = {}) {
  return dial(detail::wait_limit{}, host, service, options);
}
template <class Rep, class Period>
[[nodiscard]] result<tcp_connection> dial_for(const std::chrono::duration<Rep, Period>& d, std::string_view host,
                                              std::string_view service, const dial_options& options = {}) {
  return dial(detail::within(d), host, service, options);
}
[[nodiscard]] inline result<tcp_connection> dial_until(clock::time_point when, std::string_view host,
                                                       std::string_view service, const dial_options& options = {}) {
  return dial(detail::until(when), host, service, options);
}

/// The same for endpoints that are known, in this order.
[[nodiscard]] result<tcp_connection> dial_any(const detail::wait_limit& limit, std::span<const endpoint> to,
                                              const dial_options& options = {});

/// In one line: "192.0.2.7:443: Connection refused; ..."
[[nodiscard]] std::string describe(std::span<const dial_failure> failures);

}  // namespace weft::net

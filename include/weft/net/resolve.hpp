// SPDX-License-Identifier: Apache-2.0
//
// The addresses of a host, as the system knows them (getaddrinfo: /etc/hosts, DNS, whatever it is configured for).
//
//     auto found = weft::net::resolve_for(2s, "db.example", "5432");
//     if (!found) return found.error();                    // net::errc::host_not_found, errc::timed_out ...
//
// A lookup blocks a thread, for seconds if a name server is silent; so at most 64 go on at once, others queue, and
// those who ask for the same at the same time share one. Who gives up leaves; the lookup ends by itself (N7). A thread
// that is no goroutine looks up by itself, to the end. Addresses in digits are looked up by nobody. Nothing is cached.
//
// Errors: net::errc::host_not_found, others of net::lookup_category() with getaddrinfo's text, and the limit's reasons.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "weft/clock.hpp"
#include "weft/net/endpoint.hpp"
#include "weft/result.hpp"

namespace weft::net {

/// In the order of preference that the system has found, at least one. `host` may be empty: this machine. `service` is
/// a number or a name, such as "https".
[[nodiscard]] result<std::vector<endpoint>> resolve(const detail::wait_limit& limit, std::string_view host,
                                                    std::string_view service);
[[nodiscard]] inline result<std::vector<endpoint>> resolve(std::string_view host, std::string_view service) {
  return resolve(detail::wait_limit{}, host, service);
}
template <class Rep, class Period>
[[nodiscard]] result<std::vector<endpoint>> resolve_for(const std::chrono::duration<Rep, Period>& d,
                                                        std::string_view host, std::string_view service) {
  return resolve(detail::within(d), host, service);
}
[[nodiscard]] inline result<std::vector<endpoint>> resolve_until(clock::time_point when, std::string_view host,
                                                                 std::string_view service) {
  return resolve(detail::until(when), host, service);
}

}  // namespace weft::net

// SPDX-License-Identifier: Apache-2.0
//
// A TLS connection with a host, by name: net::dial and then the handshake.
//
//     std::string why;
//     auto connection = weft::tls::dial(ctx, "example.org", "443", config, &why);
//     if (!connection) log(why);     // "example.org:443: connect: 192.0.2.7:443: Connection refused"
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "weft/tls/connection.hpp"

namespace weft::tls {

/// The limit holds for both steps together. What failed, where, and in which step is stored in `why`, if given.
[[nodiscard]] result<connection> dial(const detail::wait_limit& limit, std::string_view host, std::string_view service,
                                      const client_config& config, std::string* why = nullptr);
[[nodiscard]] inline result<connection> dial(std::string_view host, std::string_view service,
                                             const client_config& config, std::string* why = nullptr) {
  return dial(detail::wait_limit{}, host, service, config, why);
}
template <class Rep, class Period>
[[nodiscard]] result<connection> dial_for(const std::chrono::duration<Rep, Period>& d, std::string_view host,
                                          std::string_view service, const client_config& config,
                                          std::string* why = nullptr) {
  return dial(detail::within(d), host, service, config, why);
}

}  // namespace weft::tls

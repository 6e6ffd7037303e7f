// SPDX-License-Identifier: Apache-2.0
#include "weft/tls/dial.hpp"

#include <vector>

#include "weft/net/dial.hpp"

namespace weft::tls {

result<connection> dial(const detail::wait_limit& limit, std::string_view host, std::string_view service,
                        const client_config& config, std::string* why) {
  const auto explain = [&](std::string_view step, const std::string& what) {
    if (why != nullptr) *why = std::string(host) + ':' + std::string(service) + ": " + std::string(step) + what;
  };
  std::vector<net::dial_failure> failures;
  result<net::tcp_connection> tcp = net::dial(limit, host, service, {.failures = &failures});
  if (!tcp) {
    explain("connect: ", failures.empty() ? tcp.error().message() : net::describe(failures));
    return tcp.error();
  }
  connection made = client(std::move(*tcp), config, host);
  if (const result<void> done = made.handshake(limit); !done) {
    const std::string known = made.explanation();
    explain("TLS: ", known.empty() ? done.error().message() : known);
    return done.error();
  }
  return made;
}

}  // namespace weft::tls

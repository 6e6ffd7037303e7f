// SPDX-License-Identifier: Apache-2.0
//
// New connections of a client. WEFT_HTTP_TLS is defined by the build where the component tls is there.
#include <vector>

#include "client_core.hpp"
#include "weft/net/dial.hpp"
#ifdef WEFT_HTTP_TLS
#include "weft/tls/connection.hpp"
#endif

namespace weft::http {
namespace {

result<std::unique_ptr<transport>> secured(const detail::wait_limit& limit, net::tcp_connection tcp, const url& to,
                                           const client_options& options, std::string& why) {
#ifdef WEFT_HTTP_TLS
  tls::connection made = tls::client(std::move(tcp), *options.tls, to.host());
  if (const result<void> done = made.handshake(limit); !done) {
    const std::string known = made.explanation();
    why = "TLS: " + (known.empty() ? done.error().message() : known);
    return done.error();
  }
  if (const std::string chosen = made.protocol(); !chosen.empty() && chosen != "http/1.1") {
    why = "TLS: the server has chosen the protocol " + chosen + ", and we speak http/1.1";
    return tls::errc::no_common_protocol;
  }
  return std::unique_ptr<transport>(std::make_unique<transport_of<tls::connection>>(std::move(made)));
#else
  static_cast<void>(limit), static_cast<void>(tcp), static_cast<void>(to), static_cast<void>(options);
  why = make_error_code(client_errc::no_tls).message();
  return client_errc::no_tls;
#endif
}

}  // namespace

result<std::unique_ptr<transport>> dial_wire(const detail::wait_limit& limit, const url& to,
                                             const client_options& options, std::string& why) {
#ifdef WEFT_HTTP_TLS
  const bool can = options.tls != nullptr;
#else
  const bool can = false;
#endif
  if (to.secure() && !can) {
    why = make_error_code(client_errc::no_tls).message();
    return client_errc::no_tls;
  }
  std::vector<net::dial_failure> failures;
  result<net::tcp_connection> tcp = net::dial(limit, to.host(), std::to_string(to.port()), {.failures = &failures});
  if (!tcp) {
    why = "connect: " + (failures.empty() ? tcp.error().message() : net::describe(failures));
    return tcp.error();
  }
  if (to.secure()) return secured(limit, std::move(*tcp), to, options, why);
  return std::unique_ptr<transport>(std::make_unique<transport_of<net::tcp_connection>>(std::move(*tcp)));
}

}  // namespace weft::http

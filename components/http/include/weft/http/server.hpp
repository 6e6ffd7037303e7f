// SPDX-License-Identifier: Apache-2.0
//
// The server: a goroutine per connection, until a context ends.
//
//     auto interrupted = weft::signals::notify_context(weft::background(), {SIGINT, SIGTERM});
//     auto listener = weft::net::listen_tcp(":8080");
//     if (!listener) return fail(listener.error());
//     auto ended = weft::http::serve(interrupted, *listener, routes);
//
// serve() returns when the context has ended, or the listener was closed, and all connections are done: nothing of it
// is left behind, so handlers may refer to what stands around the call. For several listeners call it in several
// goroutines.
//
// For HTTPS say how a connection becomes an encrypted one; the handshake is made by the goroutine of the connection:
//
//     auto ended = weft::http::serve(ctx, *listener, routes, {}, [&](weft::net::tcp_connection&& raw) {
//       return weft::tls::server(std::move(raw), config);
//     });
//
// Shutting down, in order (H7): nothing more is accepted; connections between two requests are closed; requests that
// have begun are finished, and answered with "Connection: close"; after `grace` the contexts of those that are left
// are cancelled and their connections closed. A handler that heeds neither its context nor its connection is waited
// for.
//
// Limits, each with the answer of him who exceeds it (H8):
//     max_header          bytes of request line and fields: 414 or 431; also more than 100 fields
//     max_body            413
//     header_timeout      from the first byte of a request to the end of its header, and for TLS's handshake: 408
//     body_timeout        how long a read of a body waits: 408
//     idle_timeout        between requests: the connection is closed without a word
//     write_timeout       for each 64 KiB of an answer: the connection is closed
//     max_connections     503; and of those 256 at a time, while others are closed without a word
// A duration of nanoseconds::max() is none.
//
// Pipelined requests are answered one after the other. Bodies that a handler has not read are read and thrown away, up
// to 256 KiB; a longer one ends the connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "weft/context.hpp"
#include "weft/http/handler.hpp"
#include "weft/http/transport.hpp"
#include "weft/result.hpp"

namespace weft::http {

/// What is reported of a handler that has failed.
struct incident {
  std::string what;   // what() of the exception, or what it was
  std::string where;  // "GET /path from 192.0.2.1:4711"
};

struct server_options {
  std::chrono::nanoseconds header_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds body_timeout = std::chrono::seconds(30);
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(60);
  std::chrono::nanoseconds write_timeout = std::chrono::seconds(30);
  std::chrono::nanoseconds grace = std::chrono::seconds(10);
  std::size_t max_header = 16 * 1024;
  std::uint64_t max_body = 16 * 1024 * 1024;
  std::size_t max_connections = 100'000;
  std::string name;  // of the field Server; empty: none is sent

  /// Told of exceptions that leave handlers, on the goroutine of the connection. Null: a line on standard error. What
  /// it throws itself is ignored.
  std::function<void(const incident&)> on_error;
};

/// Serves what `from` accepts until `ctx` ends (see above). The error of the listener, if it was that which ended it.
/// Panics "http: serve without a handler".
result<void> serve_from(const context& ctx, acceptor& from, const handler& answers, const server_options& options);

/// The same over what `wrap` makes of each connection that is accepted.
template <class Listener, class Wrap>
result<void> serve(const context& ctx, Listener& listener, const handler& answers, const server_options& options,
                   Wrap wrap) {
  acceptor_of<Listener, Wrap> from(listener, wrap);
  return serve_from(ctx, from, answers, options);
}

/// The same for a listener: whatever has accept(limit) that returns a result of a stream (transport.hpp).
template <class Listener>
result<void> serve(const context& ctx, Listener& listener, const handler& answers, const server_options& options = {}) {
  return serve(ctx, listener, answers, options, []<class S>(S&& connection) { return S(std::move(connection)); });
}

}  // namespace weft::http

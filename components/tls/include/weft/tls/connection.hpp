// SPDX-License-Identifier: Apache-2.0
//
// A TLS connection over a stream. It is itself an io::reader and an io::writer.
//
//     weft::tls::connection c = weft::tls::client(std::move(*tcp), config, "example.org");
//     if (auto done = c.handshake(ctx); !done) return fail(c.explanation());
//     weft::io::write(c, "GET / HTTP/1.0\r\n\r\n");
//     auto page = weft::io::read_all(c);
//
//     auto accepted = listener.accept();
//     weft::go([c = weft::tls::server(std::move(*accepted), config)]() mutable { serve(c); });
//
// client() and server() do not block. The handshake is done by handshake(), or else by the first read or write. A
// stream that is given as a temporary is moved in; one that has a name is referred to, and must outlive the connection.
//
// A client's handshake verifies that the server's certificate is for `host`, a name or an IP address, and leads to a
// root of its configuration (V1). With TLS 1.3 a client's handshake ends before the server has looked at the client's
// certificate: that it was refused is told by the first read.
//
// Operations block the goroutine, not the thread. Each has, beside its plain form, one that takes a context first, and
// `_for` and `_until` forms. They may be called by many goroutines and threads at once, also close(). Reads take turns,
// and so do writes; reads and writes go on side by side. Only moving and destroying want to be alone with the object.
//
// After a read or a handshake that gave up while it waited for the peer, one can go on. After a write that failed or
// gave up nobody knows how much the peer has got, and every later write reports the same error.
//
// The end. read() returns 0 when the peer has said that it ends. A transport that ends without that is an error,
// errc::truncated: somebody in between may have cut it off (V4). shutdown_write() says that we end, and reading goes
// on. close() says so, unless a write is under way, for which it takes up to 5 seconds if the transport is stuck, then
// closes the transport, which ends whoever waits: errc::closed. The destructor does the same, but never waits.
//
// How it works, and what is not obvious: components/tls/README.md and src/connection_core.hpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/clock.hpp"
#include "weft/net/endpoint.hpp"
#include "weft/result.hpp"
#include "weft/tls/config.hpp"
#include "weft/tls/transport.hpp"

namespace weft::tls {

class connection_core;

/// What a certificate says.
struct certificate {
  std::string subject{};  // "CN=example.org"
  std::string issuer{};
  std::vector<std::string> names{};  // hosts and addresses that it is for
  std::string not_before{};          // "Nov 21 17:00:00 2026 GMT"
  std::string not_after{};
  std::string sha256{};  // of all of it, 64 hexadecimal digits
};

class connection {
 public:
  /// Not connected: every operation reports errc::closed.
  connection() noexcept = default;
  connection(connection&& other) noexcept = default;
  connection& operator=(connection&& other) noexcept {
    connection(std::move(other)).swap(*this);
    return *this;
  }
  ~connection();
  void swap(connection& other) noexcept { core_.swap(other.core_); }

  /// Blocks until both sides have agreed, and the peer is known. Returns at once if that has been done.
  result<void> handshake() { return handshake(detail::wait_limit{}); }
  result<void> handshake(const detail::wait_limit& limit);
  template <class Rep, class Period>
  result<void> handshake_for(const std::chrono::duration<Rep, Period>& d) {
    return handshake(detail::within(d));
  }
  result<void> handshake_until(clock::time_point when) { return handshake(detail::until(when)); }

  /// Some bytes, at least one; 0: the peer has ended.
  result<std::size_t> read(std::span<std::byte> into) { return read(detail::wait_limit{}, into); }
  result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into);
  template <class Rep, class Period>
  result<std::size_t> read_for(const std::chrono::duration<Rep, Period>& d, std::span<std::byte> into) {
    return read(detail::within(d), into);
  }
  result<std::size_t> read_until(clock::time_point when, std::span<std::byte> into) {
    return read(detail::until(when), into);
  }

  /// Everything; returns its size.
  result<std::size_t> write(std::span<const std::byte> from) { return write(detail::wait_limit{}, from); }
  result<std::size_t> write(const detail::wait_limit& limit, std::span<const std::byte> from);
  template <class Rep, class Period>
  result<std::size_t> write_for(const std::chrono::duration<Rep, Period>& d, std::span<const std::byte> from) {
    return write(detail::within(d), from);
  }
  result<std::size_t> write_until(clock::time_point when, std::span<const std::byte> from) {
    return write(detail::until(when), from);
  }

  /// Says that we end: the peer reads to the end. Reading goes on.
  result<void> shutdown_write() { return shutdown_write(detail::wait_limit{}); }
  result<void> shutdown_write(const detail::wait_limit& limit);

  /// New keys for what we send, and, if asked for, for what the peer sends. TLS 1.3 only; connections of more than 2^35
  /// bytes may want it. Otherwise std::errc::operation_not_supported.
  result<void> update_keys(bool peer_too = false) { return update_keys(detail::wait_limit{}, peer_too); }
  result<void> update_keys(const detail::wait_limit& limit, bool peer_too = false);

  /// Ends everything: see above. May be called again.
  void close() noexcept;
  [[nodiscard]] bool is_open() const;
  explicit operator bool() const { return is_open(); }

  /// Until when operations may last: the transport's deadlines, if it has any.
  void set_deadline(clock::time_point when);
  void set_read_deadline(clock::time_point when);
  void set_write_deadline(clock::time_point when);
  void clear_deadlines() { set_deadline(clock::time_point::max()); }

  // ---- after the handshake ----

  [[nodiscard]] std::optional<tls::version> version() const;
  /// The application protocol (ALPN) that both have chosen; empty if none.
  [[nodiscard]] std::string protocol() const;
  /// The host's name: of a client, what it was given; of a server, what the client has named (SNI), or nothing.
  [[nodiscard]] std::string host() const;
  /// The peer's certificate, if it has shown one.
  [[nodiscard]] std::optional<certificate> peer() const;
  /// Whether the handshake was shortened, because the two have met before.
  [[nodiscard]] bool resumed() const;

  /// With whom the transport is connected; nowhere if it does not say.
  [[nodiscard]] net::endpoint remote() const;

  /// What went wrong, in words, with the host and the details; empty if nothing has that TLS knows of.
  [[nodiscard]] std::string explanation() const;

 private:
  template <stream S>
  friend connection client(S&& below, const client_config& config, std::string_view host);
  template <stream S>
  friend connection server(S&& below, const server_config& config);
  connection(std::unique_ptr<transport> below, const client_config& config, std::string_view host);
  connection(std::unique_ptr<transport> below, const server_config& config);

  std::shared_ptr<connection_core> core_;  // null: never connected, or moved away
};

/// The client's side of TLS over `below`, with `host`, a name or an IP address.
template <stream S>
[[nodiscard]] connection client(S&& below, const client_config& config, std::string_view host) {
  return {std::make_unique<transport_over<S>>(std::forward<S>(below)), config, host};
}

/// The server's side of TLS over `below`.
template <stream S>
[[nodiscard]] connection server(S&& below, const server_config& config) {
  return {std::make_unique<transport_over<S>>(std::forward<S>(below)), config};
}

}  // namespace weft::tls

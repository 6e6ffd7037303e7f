// SPDX-License-Identifier: Apache-2.0
//
// What the server needs of a connection, whatever kind it is: TCP, a Unix socket, TLS, one's own.
//
// transport_of<S> makes it of a class S that can be read and written with a limit (io::bounded_reader, bounded_writer).
// What else S has is used: write_parts(limit, parts), handshake(limit), shutdown_write(limit) or shutdown_write(),
// close(), remote(). A class with a handshake is taken for an encrypted one.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "weft/io/stream.hpp"
#include "weft/net/endpoint.hpp"
#include "weft/net/stream.hpp"
#include "weft/result.hpp"

namespace weft::http {

class transport {
 public:
  using limit = weft::detail::wait_limit;

  transport() = default;
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;
  virtual ~transport() = default;

  /// What has to be done before the first byte, such as TLS's handshake. On the goroutine of the connection.
  virtual result<void> begin(const limit& within) = 0;
  virtual result<std::size_t> read(const limit& within, std::span<std::byte> into) = 0;
  /// All parts, one after another.
  virtual result<std::size_t> write(const limit& within, std::span<const net::bytes> parts) = 0;
  /// Ends our half, if that is possible.
  virtual void end(const limit& within) = 0;
  virtual void close() noexcept = 0;
  [[nodiscard]] virtual net::endpoint peer() const = 0;
  [[nodiscard]] virtual bool secure() const noexcept = 0;
};

template <class S>
concept served_stream = io::bounded_reader<S> && io::bounded_writer<S> && std::movable<S>;

template <served_stream S>
class transport_of final : public transport {
 public:
  /// `peer`: with whom it is, for a stream that does not know that itself.
  explicit transport_of(S&& stream, net::endpoint peer = {}) : stream_(std::move(stream)), peer_(std::move(peer)) {}

  result<void> begin(const limit& within) override {
    if constexpr (encrypted) {
      if (const auto done = stream_.handshake(within); !done) return done.error();
    }
    return {};
  }

  result<std::size_t> read(const limit& within, std::span<std::byte> into) override {
    return stream_.read(within, into);
  }

  result<std::size_t> write(const limit& within, std::span<const net::bytes> parts) override {
    if constexpr (requires { stream_.write_parts(within, parts); }) {
      return stream_.write_parts(within, parts);
    } else if (parts.size() == 1) {
      return stream_.write(within, parts[0]);
    } else {
      std::string all;
      for (const net::bytes part : parts) all.append(io::text_of(part));
      return stream_.write(within, io::bytes_of(all));
    }
  }

  void end(const limit& within) override {
    if constexpr (requires { stream_.shutdown_write(within); })
      static_cast<void>(stream_.shutdown_write(within));
    else if constexpr (requires { stream_.shutdown_write(); })
      static_cast<void>(stream_.shutdown_write());
  }

  void close() noexcept override {
    if constexpr (io::closer<S>) static_cast<void>(stream_.close());
  }

  [[nodiscard]] net::endpoint peer() const override {
    if constexpr (requires { net::endpoint(stream_.remote()); }) return stream_.remote();
    return peer_;
  }

  [[nodiscard]] bool secure() const noexcept override { return encrypted; }

 private:
  static constexpr bool encrypted = requires(S & s, const limit& within) { s.handshake(within); };

  S stream_;
  net::endpoint peer_;
};

/// Where connections come from: made by serve() of whatever has accept(limit) -> result<S>.
class acceptor {
 public:
  acceptor() = default;
  acceptor(const acceptor&) = delete;
  acceptor& operator=(const acceptor&) = delete;
  virtual ~acceptor() = default;
  virtual result<std::unique_ptr<transport>> accept(const transport::limit& within) = 0;
};

/// The connections of a listener, each as `wrap` makes it, such as TLS.
template <class Listener, class Wrap>
class acceptor_of final : public acceptor {
 public:
  acceptor_of(Listener& listener, Wrap& wrap) noexcept : listener_(listener), wrap_(wrap) {}

  result<std::unique_ptr<transport>> accept(const transport::limit& within) override {
    auto next = listener_.accept(within);
    if (!next) return next.error();
    net::endpoint peer;
    if constexpr (requires { net::endpoint(next->remote()); }) peer = next->remote();
    auto stream = wrap_(std::move(*next));
    using served = transport_of<decltype(stream)>;
    return std::unique_ptr<transport>(std::make_unique<served>(std::move(stream), std::move(peer)));
  }

 private:
  Listener& listener_;
  Wrap& wrap_;
};

}  // namespace weft::http

// SPDX-License-Identifier: Apache-2.0
//
// What the server needs of a connection, whatever kind it is: TCP, a Unix socket, TLS, one's own.
//
// transport_of<S> makes it of a class S that can be read and written with a limit (io::bounded_reader, bounded_writer).
// What else S has is used: write_parts(limit, parts), handshake(limit), shutdown_write(), close(), remote(); a class
// that is encrypted says so by `static constexpr bool is_secure = true`.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
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
  virtual void end() noexcept = 0;
  virtual void close() noexcept = 0;
  [[nodiscard]] virtual net::endpoint peer() const = 0;
  [[nodiscard]] virtual bool secure() const noexcept = 0;
};

template <class S>
requires(io::bounded_reader<S>&& io::bounded_writer<S>) class transport_of final : public transport {
 public:
  explicit transport_of(S&& stream) : stream_(std::move(stream)) {}

  result<void> begin(const limit& within) override {
    if constexpr (requires { stream_.handshake(within); }) {
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
    } else {
      std::size_t all = 0;
      for (const net::bytes part : parts) {
        if (part.empty()) continue;
        const result<std::size_t> put = stream_.write(within, part);
        if (!put) return put;
        all += *put;
      }
      return all;
    }
  }

  void end() noexcept override {
    if constexpr (requires { stream_.shutdown_write(); }) static_cast<void>(stream_.shutdown_write());
  }

  void close() noexcept override {
    if constexpr (io::closer<S>) static_cast<void>(stream_.close());
  }

  [[nodiscard]] net::endpoint peer() const override {
    if constexpr (requires {
                    { stream_.remote() } -> std::convertible_to<net::endpoint>;
                  })
      return stream_.remote();
    return {};
  }

  [[nodiscard]] bool secure() const noexcept override {
    if constexpr (requires { S::is_secure; }) return S::is_secure;
    return false;
  }

 private:
  S stream_;
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

template <class Listener>
class acceptor_of final : public acceptor {
 public:
  explicit acceptor_of(Listener& listener) noexcept : listener_(listener) {}

  result<std::unique_ptr<transport>> accept(const transport::limit& within) override {
    auto next = listener_.accept(within);
    if (!next) return next.error();
    using stream = std::remove_cvref_t<decltype(*next)>;
    return std::unique_ptr<transport>(std::make_unique<transport_of<stream>>(std::move(*next)));
  }

 private:
  Listener& listener_;
};

}  // namespace weft::http

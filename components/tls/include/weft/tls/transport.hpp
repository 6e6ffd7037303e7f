// SPDX-License-Identifier: Apache-2.0
//
// What TLS runs over: any io::reader that is an io::writer too, behind one class.
//
// A stream that gives up (io::bounded_reader, io::bounded_writer) gives its operations' limits to TLS; one that does
// not is waited for however long it takes, whatever limit TLS was given. A stream with deadlines and close() lends TLS
// those. Of a stream whose connection is used by several goroutines, read and write must be able to go on side by side,
// and close() at any time: weft::net's streams and pairs of pipes are such.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "weft/clock.hpp"
#include "weft/io/stream.hpp"
#include "weft/net/endpoint.hpp"
#include "weft/result.hpp"

namespace weft::tls {

template <class S>
concept stream = io::reader<S> && io::writer<S>;

class transport {
 public:
  transport() noexcept = default;
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;
  virtual ~transport() = default;

  [[nodiscard]] virtual result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into) = 0;
  [[nodiscard]] virtual result<std::size_t> write(const detail::wait_limit& limit, std::span<const std::byte> from) = 0;
  virtual void set_read_deadline(clock::time_point when) = 0;
  virtual void set_write_deadline(clock::time_point when) = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual net::endpoint remote() const = 0;
};

/// S is a reference for a stream that stays with its owner.
template <class S>
class transport_over final : public transport {
  using kind = std::remove_reference_t<S>;

 public:
  explicit transport_over(S&& below) : below_(std::forward<S>(below)) {}

  result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into) override {
    if constexpr (io::bounded_reader<kind>) {
      return below_.read(limit, into);
    } else {
      return below_.read(into);
    }
  }
  result<std::size_t> write(const detail::wait_limit& limit, std::span<const std::byte> from) override {
    if constexpr (io::bounded_writer<kind>) {
      return below_.write(limit, from);
    } else {
      return below_.write(from);
    }
  }
  void set_read_deadline(clock::time_point when) override {
    if constexpr (requires { below_.set_read_deadline(when); }) below_.set_read_deadline(when);
  }
  void set_write_deadline(clock::time_point when) override {
    if constexpr (requires { below_.set_write_deadline(when); }) below_.set_write_deadline(when);
  }
  void close() override {
    if constexpr (io::closer<kind>) static_cast<void>(below_.close());
  }
  [[nodiscard]] net::endpoint remote() const override {
    if constexpr (requires {
                    { below_.remote() } -> std::convertible_to<net::endpoint>;
                  }) {
      return below_.remote();
    } else {
      return {};
    }
  }

 private:
  S below_;
};

}  // namespace weft::tls

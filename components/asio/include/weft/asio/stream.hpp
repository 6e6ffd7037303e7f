// SPDX-License-Identifier: Apache-2.0
//
// A stream of weft's as a SyncReadStream and SyncWriteStream of Boost.Asio: what is written for blocking streams
// (asio:: read and write, Boost.Beast's HTTP and WebSocket, asio::ssl) runs on goroutines, and what blocks is the
// goroutine.
//
//     weft::net::tcp_connection connection = ...;
//     weft::asio::stream stream(connection);
//     boost::beast::flat_buffer buffer;
//     boost::beast::http::request<boost::beast::http::string_body> request;
//     boost::beast::http::read(stream, buffer, request);
//
// It refers to a stream that has a name, and takes in one that has none. Whatever models io::reader can be read, and
// whatever models io::writer written: connections, pipes, files, memory, one's own. To give up: deadlines of the
// connection, or bound(ctx, connection), which is a stream, too.
//
// The end of the input is boost::asio::error::eof; other errors are those of asio/error.hpp. What throws in Asio throws
// boost::system::system_error here.
//
// As of the stream below, one goroutine may read while another writes. Beast's and Asio's own objects on top of it are
// for one goroutine at a time, unless they say otherwise.
//
// Asynchronous operations do not compile: there is no async_read_some. Timeouts of Beast's (expires_after, the
// idle_timeout of a WebSocket) are for asynchronous operations and do nothing here; use deadlines.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

#include "weft/asio/error.hpp"
#include "weft/asio/executor.hpp"
#include "weft/io/stream.hpp"
#include "weft/net/stream.hpp"

namespace boost::beast {
enum class role_type;
}

namespace weft::asio {

/// What has at least one direction.
template <class S>
concept one_way = io::reader<S> || io::writer<S>;

template <one_way S>
class stream {
  using below = std::remove_reference_t<S>;

 public:
  using executor_type = asio::executor;
  using lowest_layer_type = stream;

  explicit stream(S&& below_it) noexcept(std::is_nothrow_constructible_v<S, S&&>) : below_(std::forward<S>(below_it)) {}

  /// What it stands on.
  [[nodiscard]] below& underlying() noexcept { return below_; }
  [[nodiscard]] const below& underlying() const noexcept { return below_; }

  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }
  [[nodiscard]] const lowest_layer_type& lowest_layer() const noexcept { return *this; }

  /// See asio/executor.hpp.
  [[nodiscard]] executor_type get_executor() const { return idle_executor(); }

  /// Reads into the first buffer that has room: at least one byte, unless none of them has (H1.1).
  template <class MutableBuffers>
  std::size_t read_some(const MutableBuffers& into, boost::system::error_code& error) requires io::reader<below> {
    error = {};
    const auto end = boost::asio::buffer_sequence_end(into);
    for (auto at = boost::asio::buffer_sequence_begin(into); at != end; ++at) {
      const boost::asio::mutable_buffer room(*at);
      if (room.size() == 0) continue;
      const result<std::size_t> got = below_.read(std::span(static_cast<std::byte*>(room.data()), room.size()));
      if (!got)
        error = to_boost(got.error());
      else if (*got == 0)
        error = boost::asio::error::eof;
      return got ? *got : 0;
    }
    return 0;
  }
  template <class MutableBuffers>
  std::size_t read_some(const MutableBuffers& into) requires io::reader<below> {
    boost::system::error_code error;
    const std::size_t n = read_some(into, error);
    if (error) throw boost::system::system_error(error);
    return n;
  }

  /// Writes the first buffers, as many as go together, as a whole: at least one byte, unless all are empty (H1.1).
  template <class ConstBuffers>
  std::size_t write_some(const ConstBuffers& from, boost::system::error_code& error) requires io::writer<below> {
    error = {};
    std::array<std::span<const std::byte>, most_parts> parts;
    std::size_t count = 0;
    const auto end = boost::asio::buffer_sequence_end(from);
    for (auto at = boost::asio::buffer_sequence_begin(from); at != end && count < most_parts; ++at) {
      const boost::asio::const_buffer part(*at);
      if (part.size() != 0) parts[count++] = {static_cast<const std::byte*>(part.data()), part.size()};
    }
    if (count == 0) return 0;
    const result<std::size_t> put = write_parts(std::span(parts).first(count));
    if (!put) error = to_boost(put.error());
    return put ? *put : 0;
  }
  template <class ConstBuffers>
  std::size_t write_some(const ConstBuffers& from) requires io::writer<below> {
    boost::system::error_code error;
    const std::size_t n = write_some(from, error);
    if (error) throw boost::system::system_error(error);
    return n;
  }

  /// How Beast takes leave of a WebSocket's stream: ends our half, lets the peer end its own, and closes. Bounded by
  /// the deadlines of the stream below.
  friend void teardown(boost::beast::role_type, stream& ended, boost::system::error_code& error) {
    error = {};
    if constexpr (requires { ended.below_.shutdown_write(); }) {
      if (const result<void> half = ended.below_.shutdown_write(); !half) error = to_boost(half.error());
    }
    if constexpr (io::reader<below>) {
      std::array<std::byte, 256> rest;
      for (result<std::size_t> got(rest.size()); !error && *got != 0;) {
        got = ended.below_.read(rest);
        if (!got) error = to_boost(got.error());
      }
    }
    if constexpr (io::closer<below>) static_cast<void>(ended.below_.close());
  }

 private:
  static constexpr std::size_t most_parts = 16;
  static constexpr std::size_t gathered_size = 1024;  // small parts that go into one write, for a stream without parts

  result<std::size_t> write_parts(std::span<const std::span<const std::byte>> parts) {
    if constexpr (requires { below_.write_parts(parts); }) {
      if (parts.size() > 1) return below_.write_parts(parts);
    } else if (parts.size() > 1 && parts[0].size() < gathered_size) {
      std::array<std::byte, gathered_size> gathered;
      std::size_t size = 0;
      for (const std::span<const std::byte> part : parts) {
        const std::size_t n = std::min(part.size(), gathered.size() - size);
        std::memcpy(gathered.data() + size, part.data(), n);
        size += n;
        if (size == gathered.size()) break;
      }
      return below_.write(std::span<const std::byte>(gathered.data(), size));
    }
    return below_.write(parts[0]);
  }

  S below_;  // a reference if S is one
};

template <class S>
stream(S&&) -> stream<S>;

}  // namespace weft::asio

// SPDX-License-Identifier: Apache-2.0
//
// What it takes to be read from and written to. Everything in weft/io takes any type that models one of these concepts:
// a file, a pipe, a socket, a piece of memory, or the user's own.
//
//     reader   result<std::size_t> read(std::span<std::byte> into)
//              Blocks until there is something. Returns how many bytes it put at the beginning of `into`, at least 1
//              and perhaps fewer than there is room for; 0: the input has ended (or `into` is empty). On an error
//              nothing was read: what came before is returned first, and the error by the next call.
//     writer   result<std::size_t> write(std::span<const std::byte> from)
//              Writes all of it, and returns its size; or an error, and then nobody knows how much was written.
//     closer   close()
//              Returns a result<void> where that can fail, else nothing.
//
// One that can give up takes a context, or another limit, first: read(ctx, into), write(ctx, from). bound(ctx, r) makes
// a plain reader or writer of it, for the functions and adapters that do not know of contexts:
//
//     weft::io::copy(weft::io::bound(ctx, out), weft::io::bound(ctx, in));
//
// Whether several goroutines may use one at the same time is each type's own to say; adapters (buffered readers and
// writers, limited, tee) are for one at a time.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/detail/bounded.hpp"
#include "weft/result.hpp"

namespace weft::io {

template <class R>
concept reader = requires(R& r, std::span<std::byte> into) {
  { r.read(into) } -> std::same_as<result<std::size_t>>;
};

template <class W>
concept writer = requires(W& w, std::span<const std::byte> from) {
  { w.write(from) } -> std::same_as<result<std::size_t>>;
};

template <class C>
concept closer = requires(C& c) {
  c.close();
};

/// One that can give up.
template <class R>
concept bounded_reader = reader<R> && requires(R& r, const detail::wait_limit& limit, std::span<std::byte> into) {
  { r.read(limit, into) } -> std::same_as<result<std::size_t>>;
};

template <class W>
concept bounded_writer = writer<W> && requires(W& w, const detail::wait_limit& limit, std::span<const std::byte> from) {
  { w.write(limit, from) } -> std::same_as<result<std::size_t>>;
};

/// The bytes of a text, for what takes bytes; and the text that bytes are.
[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}
[[nodiscard]] inline std::string_view text_of(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Writes a text.
template <writer W>
result<std::size_t> write(W&& to, std::string_view text) {
  return to.write(bytes_of(text));
}
template <bounded_writer W>
result<std::size_t> write(const detail::wait_limit& limit, W&& to, std::string_view text) {
  return to.write(limit, bytes_of(text));
}

/// What bound() returns: the stream, with a limit for each of its operations. Refers to the stream and, as every limit
/// does, to its context.
template <class S>
class bounded {
 public:
  bounded(const detail::wait_limit& limit, S& stream) noexcept : limit_(limit), stream_(&stream) {}

  result<std::size_t> read(std::span<std::byte> into) requires bounded_reader<S> { return stream_->read(limit_, into); }
  result<std::size_t> write(std::span<const std::byte> from) requires bounded_writer<S> {
    return stream_->write(limit_, from);
  }

 private:
  detail::wait_limit limit_;
  S* stream_;
};

/// The reader or writer `stream`, each of whose operations gives up when `limit`, most often a context, says so.
template <class S>
requires(bounded_reader<S> || bounded_writer<S>)
    [[nodiscard]] bounded<S> bound(const detail::wait_limit& limit, S& stream) noexcept {
  return {limit, stream};
}

}  // namespace weft::io

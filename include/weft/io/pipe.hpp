// SPDX-License-Identifier: Apache-2.0
//
// A pipe in memory: connects code that writes to code that reads, without a buffer between them, as Go's io.Pipe.
//
//     auto p = weft::io::make_pipe();
//     weft::go([&] {
//       weft::io::write(p.writer, "made while it is read");
//       p.writer.close();
//     });
//     weft::result<std::string> all = weft::io::read_all(p.reader);
//
// A write blocks until readers have taken all of it, or an end is closed. A read takes what one write has left, never
// parts of two. Any number of goroutines and other threads may use either end: of several writes one goes after the
// other, and each byte goes to one reader (I6).
//
// Closing. An end may be closed with an error, which is what the other side then reports. Without one, readers of a
// closed writer find the end of the input, and whoever uses an end that is closed, or writes to a closed reader, gets
// weft::errc::closed. Those who are blocked then return. The first close of an end counts, later ones are ignored. Destroying
// an end closes it; an end can be moved, not copied.
//
// Giving up. A read that gives up has taken nothing. A write that gives up may have been taken in part, as with every
// writer; but once a reader has begun with what it was given, that much is completed.
//
// Happens-before: what was done before a write, before what is done after the read that takes it; and a close before
// what is done after learning of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <system_error>

#include "weft/clock.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/result.hpp"

namespace weft::io {

class pipe_core;

struct pipe_ends;

class pipe_reader {
 public:
  pipe_reader(pipe_reader&& other) noexcept = default;
  pipe_reader& operator=(pipe_reader&& other) noexcept;
  ~pipe_reader();

  /// At least one byte of what is being written; 0 when the writer has been closed.
  result<std::size_t> read(std::span<std::byte> into) { return read(detail::wait_limit{}, into); }
  result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into);
  template <class Rep, class Period>
  result<std::size_t> read_for(const std::chrono::duration<Rep, Period>& d, std::span<std::byte> into) {
    return read(detail::within(d), into);
  }
  result<std::size_t> read_until(clock::time_point when, std::span<std::byte> into) {
    return read(detail::until(when), into);
  }

  /// Writers get `reason` from now on, or weft::errc::closed.
  void close(std::error_code reason = {});

 private:
  friend pipe_ends make_pipe();
  explicit pipe_reader(std::shared_ptr<pipe_core> core) noexcept;
  std::shared_ptr<pipe_core> core_;  // null: moved away
};

class pipe_writer {
 public:
  pipe_writer(pipe_writer&& other) noexcept = default;
  pipe_writer& operator=(pipe_writer&& other) noexcept;
  ~pipe_writer();

  /// All of it, when readers have taken it.
  result<std::size_t> write(std::span<const std::byte> from) { return write(detail::wait_limit{}, from); }
  result<std::size_t> write(const detail::wait_limit& limit, std::span<const std::byte> from);
  template <class Rep, class Period>
  result<std::size_t> write_for(const std::chrono::duration<Rep, Period>& d, std::span<const std::byte> from) {
    return write(detail::within(d), from);
  }
  result<std::size_t> write_until(clock::time_point when, std::span<const std::byte> from) {
    return write(detail::until(when), from);
  }

  /// Readers get `reason` from now on, or the end of the input.
  void close(std::error_code reason = {});

 private:
  friend pipe_ends make_pipe();
  explicit pipe_writer(std::shared_ptr<pipe_core> core) noexcept;
  std::shared_ptr<pipe_core> core_;  // null: moved away
};

struct pipe_ends {
  pipe_reader reader;
  pipe_writer writer;
};

/// A new pipe, both ends open.
[[nodiscard]] pipe_ends make_pipe();

}  // namespace weft::io

// SPDX-License-Identifier: Apache-2.0
//
// What all sockets have in common. The kinds: net/tcp.hpp, net/udp.hpp, net/unix.hpp.
//
// A socket object owns its socket: it can be moved, and its destructor closes. All operations may be called by many
// goroutines and threads at once, also close(); only moving and destroying want to be alone with the object. Reads of
// one socket take turns, so that each gets bytes that belong together, and so do writes; reads and writes go on side by
// side (N6).
//
// Operations block the goroutine, not the thread. Each has, beside its plain form, one that takes a context first, and
// `_for` and `_until` forms: those give up with errc::cancelled or errc::timed_out (weft/error.hpp).
//
// Deadlines (N3) are set once and hold for every operation, also those that wait at that moment, until they are set
// anew: an operation that finds its deadline passed gives up with errc::timed_out, before it has tried anything.
//
//     connection.set_read_deadline(weft::clock::now() + 30s);   // each request
//
// close() wakes everybody who waits: errc::closed, "use of closed network connection", as every later operation (N4).
// The descriptor itself lives until the last operation has left. An object that was moved from, or made by the default
// constructor, is closed.
//
// Errors of the system come as they are (std::errc compares); no operation raises SIGPIPE, and EINTR is never seen.
//
// When a run ends while its goroutines wait for a socket, and the object outlives the run, they are forgotten: the next
// run may use it, and close() frees its descriptor.
#pragma once

#include <chrono>
#include <cstddef>
#include <utility>

#include "weft/clock.hpp"
#include "weft/net/endpoint.hpp"
#include "weft/result.hpp"

namespace weft::detail {
class socket_core;
enum class socket_option : std::uint8_t;
enum class readiness : std::uint8_t;
}  // namespace weft::detail

namespace weft::net {

class socket {
 public:
  socket() noexcept = default;
  socket(socket&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  socket& operator=(socket&& other) noexcept {
    socket(std::move(other)).swap(*this);
    return *this;
  }
  ~socket();

  /// Ends everything: see above. May be called again.
  void close() noexcept;
  [[nodiscard]] bool is_open() const noexcept;
  explicit operator bool() const noexcept { return is_open(); }

  /// Until when operations may last; time_point::max() is for ever.
  void set_deadline(clock::time_point when) noexcept;
  void set_read_deadline(clock::time_point when) noexcept;
  void set_write_deadline(clock::time_point when) noexcept;
  void clear_deadlines() noexcept { set_deadline(clock::time_point::max()); }

  /// Where it is; nowhere if it is closed.
  [[nodiscard]] endpoint local() const;
  /// With whom it is connected; nowhere if it is not.
  [[nodiscard]] endpoint remote() const;

  /// Bytes that the system keeps for those who are slow. The system doubles what is asked for, and limits it.
  result<void> set_receive_buffer(std::size_t bytes);
  result<void> set_send_buffer(std::size_t bytes);
  [[nodiscard]] result<std::size_t> receive_buffer() const;
  [[nodiscard]] result<std::size_t> send_buffer() const;

  /// For system calls that weft has no name for, while the socket is open. Negative if it is closed. It does not block;
  /// wait with weft/readiness.hpp.
  [[nodiscard]] int native_handle() const noexcept;

 protected:
  explicit socket(detail::socket_core* core) noexcept : core_(core) {}
  void swap(socket& other) noexcept { std::swap(core_, other.core_); }

  [[nodiscard]] result<void> set(detail::socket_option option, int value) const;
  [[nodiscard]] result<int> get(detail::socket_option option) const;

  detail::socket_core* core_ = nullptr;  // null: closed

 private:
  void set_one_deadline(detail::readiness side, clock::time_point when) noexcept;
};

}  // namespace weft::net

// SPDX-License-Identifier: Apache-2.0
//
// What all sockets of weft share: a descriptor that many may use at once, and that is closed when the last has left it.
//
// An operation first takes its side, reading or writing (`turn`), and leaves it at the end: so two reads do not take
// each other's bytes, and two writes do not mix theirs (N6). In between it tries its system call, and waits on EAGAIN.
//
//     socket_core::turn mine(core, readiness::readable, limit);
//     if (mine.error()) return mine.error();
//     return mine.count([&](int fd) { return receive_bytes(fd, ...); });
//
// Ends. close() marks the socket and wakes all: those who wait for the descriptor, and those who queue for a side. The
// descriptor is closed when the last operation has left, not before: its number cannot be used again under the hands of
// one that is about to make its call (N4). The object is freed when, besides, its owner has let go.
//
// Deadlines are the socket's, one for each side. Who changes one
// wakes those who wait, and they look again: so a deadline costs nothing while nobody waits, and needs no timer of its
// own. A limit is the call's. Of the two a deadline that has passed ends an operation before it has tried anything, as
// in Go (N3); a limit that has passed is one try (rule 2 of bounded.hpp).
//
// Invariants
//   1. `closed_`, `owned_`, `operations_` and the sides are guarded by the lock. closed_ is never taken back; it is
//   read
//      without the lock by those who only want to be early.
//   2. An operation is counted from the moment it asks for its side until it has left it.
//   3. The descriptor is open while operations_ != 0 or the socket is not closed.
//
// Memory ordering: a deadline is stored before announce_change() and read after changes_of(): an operation that misses
// the new one finds that something has changed. All of these are seq_cst.
#pragma once

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

#include "os/socket.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/watch.hpp"
#include "weft/detail/word_lock.hpp"
#include "weft/error.hpp"
#include "weft/result.hpp"

namespace weft::detail {

class socket_core {
 public:
  class turn;

  /// Owns the descriptor from here on, also if it fails; then it is closed. Errors: those of start_watching.
  [[nodiscard]] static result<socket_core*> adopt(int fd);

  socket_core(const socket_core&) = delete;
  socket_core& operator=(const socket_core&) = delete;

  /// Wakes everybody. Once is enough.
  void close() noexcept;

  /// The owner's last touch.
  void let_go() noexcept;

  [[nodiscard]] bool closed() const noexcept { return closed_.load(memory_order_seq_cst); }

  /// Only inside an operation, or by the owner of a socket that nobody closes meanwhile.
  [[nodiscard]] int fd() const noexcept { return fd_; }

  void set_deadline(readiness side, nanoseconds when) noexcept;

  /// Before others know the socket: close() removes this file.
  void remove_at_close(std::string path) { file_ = std::move(path); }

  /// Closing may wait for the other side (SO_LINGER).
  void close_may_block() noexcept { close_may_block_.store(true, memory_order_seq_cst); }

  /// Calls f(fd) while the descriptor is certain to stay open, without a side. errc::closed if it is closed.
  template <class F>
  std::error_code with_descriptor(F f) {
    if (!enter()) return errc::closed;
    const int error = f(fd_);
    leave();
    return {error, std::system_category()};
  }

 private:
  struct side {
    bool busy = false;
    wait_list queue;
    atomic<nanoseconds> deadline{never};
  };

  socket_core(int fd, watch_id watch) noexcept : fd_(fd), watch_(watch) {}
  ~socket_core() = default;

  [[nodiscard]] side& side_of(readiness what) noexcept { return sides_[static_cast<std::size_t>(what)]; }
  [[nodiscard]] bool enter() noexcept;
  void leave() noexcept;
  void leave_locked() noexcept;
  [[nodiscard]] std::error_code take(side& wanted, const wait_limit& limit);
  void give(side& mine) noexcept;

  const int fd_;
  const watch_id watch_;
  word_lock lock_;
  std::uint32_t operations_ = 0;
  bool owned_ = true;
  atomic<bool> closed_{false};
  atomic<bool> close_may_block_{false};
  side sides_[2];
  std::string file_;  // written before others know the socket
};

/// One operation's use of a side.
class socket_core::turn {
 public:
  /// Waits for the side.
  turn(socket_core* core, readiness side, const wait_limit& limit);
  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;
  ~turn();

  /// Why the side is not ours; zero if it is.
  [[nodiscard]] std::error_code error() const noexcept { return error_; }

  /// Calls `f`, which returns a call_result, until it says something else than EAGAIN, or until the socket is closed,
  /// the deadline or the limit ends: then the error is in error(), and the result says EAGAIN.
  template <class F>
  call_result attempt(F f) {
    for (;;) {
      if (!prepare()) return {-1, EAGAIN};
      const call_result made = f(core_->fd());
      if (made.error != EAGAIN) return made;
      if (!pause()) return made;
    }
  }

  /// Calls `f` once, unless error().
  template <class F>
  call_result once(F f) {
    return prepare() ? f(core_->fd()) : call_result{-1, EAGAIN};
  }

  /// attempt() for calls that return a number of bytes.
  template <class F>
  result<std::size_t> count(F f) {
    return count_of(attempt(f));
  }

  /// attempt() for calls after which the kernel does not tell when it is worth trying again: after pauses.
  template <class F>
  call_result attempt_after_pauses(F f) {
    constexpr nanoseconds first = 1'000'000;
    constexpr nanoseconds longest = 50'000'000;
    for (nanoseconds pause = first;; pause = pause < longest ? 2 * pause : longest) {
      const call_result made = once(f);
      if (made.error != EAGAIN || error_ || !rest(pause)) return made;
    }
  }

  /// What came of a call that returns a number of bytes.
  [[nodiscard]] result<std::size_t> count_of(const call_result& made) const {
    if (error_) return error_;
    if (made.error != 0) return std::error_code(made.error, std::system_category());
    return static_cast<std::size_t>(made.value);
  }

  /// Blocks for `d` nanoseconds, or until the socket is closed, the deadline or the limit ends. False: error().
  [[nodiscard]] bool rest(nanoseconds d);

 private:
  [[nodiscard]] bool prepare() noexcept;
  [[nodiscard]] bool pause();
  [[nodiscard]] bool fail(std::error_code error) noexcept;
  [[nodiscard]] bool ended(watch_end end) noexcept;

  socket_core* const core_;
  const readiness side_;
  const wait_limit& limit_;
  std::uint32_t seen_ = 0;
  nanoseconds deadline_ = never;
  bool taken_ = false;
  std::error_code error_;
};

}  // namespace weft::detail

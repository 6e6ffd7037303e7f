// SPDX-License-Identifier: Apache-2.0
//
// What a file has of a descriptor: who uses it, and when it is closed.
//
// `state_` counts the operations in progress, and says whether it was closed and whether the `file` is gone. An
// operation enters only while it is open; the descriptor is closed by the last one to leave after close(), which is
// close() itself if nobody else is there, so that its number cannot name another file while an operation still uses it.
// Likewise the last one out deletes the core when the `file` is gone.
//
// The kernel keeps the position. Requests through io_uring do not lock it as read(2) does, so one lock orders all
// operations that use it; where there is no position (a pipe, a terminal), readers and writers have one each.
//
// Memory ordering: `state_` is acq_rel: what an operation did happens before the close.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "os/uring.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/detail/watch.hpp"
#include "weft/mutex.hpp"
#include "weft/result.hpp"

namespace weft::io {

class file_core {
 public:
  /// Takes over an open descriptor. `ours`: nobody else shares what it refers to, so it may be made non-blocking.
  file_core(int fd, bool ours) noexcept;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] bool seekable() const noexcept { return seekable_; }

  /// False: it is closed. Every true needs a leave().
  [[nodiscard]] bool enter() noexcept;
  result<void> leave() noexcept;
  [[nodiscard]] bool closed() const noexcept { return (state_.load(detail::memory_order_acquire) & closed_bit) != 0; }

  result<void> close();

  /// Closes it if need be, and deletes the core when nobody uses it.
  void abandon() noexcept;

  // Inside enter() and leave().

  /// The lock that orders what uses the position.
  [[nodiscard]] mutex& order_of(detail::uring_code code) noexcept {
    return order_[!seekable_ && code == detail::uring_code::write ? 1 : 0];
  }
  result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into, std::uint64_t offset);
  result<std::size_t> write(const detail::wait_limit& limit, std::span<const std::byte> from, std::uint64_t offset);

 private:
  static constexpr std::uint32_t closed_bit = 1;
  static constexpr std::uint32_t gone_bit = 2;
  static constexpr std::uint32_t user = 4;

  [[nodiscard]] std::error_code wait(detail::readiness what, std::uint32_t seen, const detail::wait_limit& limit);
  [[nodiscard]] std::error_code wait_before_blocking(detail::readiness what, const detail::wait_limit& limit);
  [[nodiscard]] std::uint32_t changes(detail::readiness what) const noexcept;
  result<std::size_t> write_some(const detail::wait_limit& limit, std::span<const std::byte> from,
                                 std::uint64_t offset);

  const int fd_;
  bool seekable_ = true;
  bool alone_ = true;     // nobody else's descriptor has the same position
  bool quiet_ = false;    // a pipe: SIGPIPE is to be kept away
  bool waits_ = false;    // non-blocking, and can be waited for
  bool watched_ = false;  // by `watch_`, until close()
  detail::watch_id watch_;
  detail::atomic<std::uint32_t> state_{0};
  mutex order_[2];
};

/// An error of the system as a result's; `value` is -errno.
[[nodiscard]] std::error_code error_from(std::int64_t value) noexcept;

/// Does a request: what its system call returns, or why not.
result<std::int64_t> ask(const detail::uring_request& request, const detail::wait_limit& limit, bool patient = false);

}  // namespace weft::io

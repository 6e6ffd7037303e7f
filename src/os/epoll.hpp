// SPDX-License-Identifier: Apache-2.0
//
// Readiness of file descriptors, from Linux's epoll. What another poller would have to provide is exactly this class.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

struct poll_event {
  std::uint64_t tag;  // as given to add
  bool readable;      // there is something to read, or the other side has closed, or an error is to be fetched
  bool writable;      // there is room to write, or an error is to be fetched
  bool told_of_end;   // the other side has closed, an error is to be fetched, or urgent data has come
};

/// A set of descriptors. Everything but open and the destructor may be called by any number of threads at once.
class epoll_set {
 public:
  epoll_set() noexcept = default;
  epoll_set(const epoll_set&) = delete;
  epoll_set& operator=(const epoll_set&) = delete;
  ~epoll_set();

  /// Must come first. Returns 0 or errno.
  [[nodiscard]] int open() noexcept;

  /// Watches both directions, edge-triggered: an event says that something has changed since the last one. What is
  /// ready already is reported once. The tag is anything but ~0. Returns 0 or errno; EPERM: this kind of file is always
  /// ready (a regular file).
  [[nodiscard]] int add(int fd, std::uint64_t tag) noexcept;

  /// The same for a descriptor that is watched already: from now on with this tag, and what is ready is reported once
  /// more. Returns 0 or errno; ENOENT: it is not watched, or its number belongs to another file by now.
  [[nodiscard]] int renew(int fd, std::uint64_t tag) noexcept;

  /// Stops watching. An event that another thread has already taken may still carry the tag. Returns 0 or errno.
  int remove(int fd) noexcept;

  /// Waits for events, at most `timeout_ns` nanoseconds (negative: without limit; 0: not at all). Returns how many it
  /// wrote to `out`; 0 when the time has passed, a signal came, or wake() was called.
  [[nodiscard]] std::size_t wait(poll_event* out, std::size_t n, std::int64_t timeout_ns) noexcept;

  /// Makes one wait that may last (its timeout is not 0) return at once: the one that is going on, or else the next.
  void wake() noexcept;

 private:
  int set_ = -1;   // the epoll descriptor
  int wake_ = -1;  // an eventfd in it
};

/// Whether the descriptor is ready now.
[[nodiscard]] bool is_ready(int fd, bool to_write) noexcept;

}  // namespace weft::detail

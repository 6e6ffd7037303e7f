// SPDX-License-Identifier: Apache-2.0
//
// Waiting for descriptors of others: the client library of a database, a device, an eventfd.
//
//     PGconn* connection = ...;                                    // libpq, asynchronous
//     while (PQisBusy(connection)) {
//       if (auto ok = weft::wait_readable(ctx, PQsocket(connection)); !ok) return ok.error();
//       PQconsumeInput(connection);
//     }
//
// wait_readable(fd) blocks the goroutine until a read would not block: there is data, the other side has closed, or an
// error is to be fetched. wait_writable(fd) likewise for writes. The thread meanwhile runs others. Then the caller
// tries its call, on a descriptor that does not block, and if that says EAGAIN it waits again: somebody else may have
// been faster. Any number of parties may wait for a descriptor. Files that are always ready do not wait.
//
// Errors: errc::cancelled and errc::timed_out, of the forms with a limit, of which one that has passed means "is it
// ready now?"; else the system's, such as EBADF for what is no descriptor, or ENOSPC when the system has no room for
// another watch. The descriptor must stay open meanwhile: closing it wakes nobody, but when its number is used again
// and waited for, the earlier waits end with EBADF.
//
// Called from goroutines and from foreign threads. Costs one system call per wait; sockets of weft/net.hpp cost none.
// Under sim this waits for the real descriptor, and time stands still while others can run (B3).
#pragma once

#include <chrono>

#include "weft/clock.hpp"
#include "weft/detail/watch.hpp"
#include "weft/result.hpp"

namespace weft {

namespace detail {

/// Files that cannot be waited for are ready.
[[nodiscard]] inline result<void> wait_for_fd(int fd, readiness what, const wait_limit& limit) {
  const std::error_code error = wait_fd(fd, what, limit);
  if (!error || error == std::errc::operation_not_permitted) return {};
  return error;
}

}  // namespace detail

/// Blocks until `fd` is readable, or may be.
inline result<void> wait_readable(int fd) { return detail::wait_for_fd(fd, detail::readiness::readable, {}); }
/// The same, until a context is cancelled, for a duration, or until a moment.
inline result<void> wait_readable(const detail::wait_limit& limit, int fd) {
  return detail::wait_for_fd(fd, detail::readiness::readable, limit);
}
template <class Rep, class Period>
result<void> wait_readable_for(const std::chrono::duration<Rep, Period>& d, int fd) {
  return wait_readable(detail::within(d), fd);
}
inline result<void> wait_readable_until(clock::time_point when, int fd) {
  return wait_readable(detail::until(when), fd);
}

/// Blocks until `fd` is writable, or may be.
inline result<void> wait_writable(int fd) { return detail::wait_for_fd(fd, detail::readiness::writable, {}); }
/// The same, until a context is cancelled, for a duration, or until a moment.
inline result<void> wait_writable(const detail::wait_limit& limit, int fd) {
  return detail::wait_for_fd(fd, detail::readiness::writable, limit);
}
template <class Rep, class Period>
result<void> wait_writable_for(const std::chrono::duration<Rep, Period>& d, int fd) {
  return wait_writable(detail::within(d), fd);
}
inline result<void> wait_writable_until(clock::time_point when, int fd) {
  return wait_writable(detail::until(when), fd);
}

}  // namespace weft

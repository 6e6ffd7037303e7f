// SPDX-License-Identifier: Apache-2.0
#include "io/file_core.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "io/backend.hpp"
#include "os/files.hpp"
#include "weft/blocking.hpp"
#include "weft/io/error.hpp"

namespace weft::io {

using detail::at_position;
using detail::uring_code;
using detail::uring_request;
using detail::wait_end;
using detail::wait_limit;

namespace {

/// What one request moves at most: less than what the kernel would cut off.
constexpr std::size_t most_at_once = std::size_t{1} << 30;

/// More than this the submitter of a request does not copy itself, while others wait for the ring.
constexpr std::size_t by_worker_from = 256 * 1024;

/// What a pipe has room for when it is writable (PIPE_BUF).
constexpr std::size_t pipe_takes = 4096;

bool is_bounded(const wait_limit& limit) noexcept { return limit.until != detail::never || limit.by != nullptr; }

}  // namespace

std::error_code error_from(std::int64_t value) noexcept { return {static_cast<int>(-value), std::generic_category()}; }

result<std::int64_t> ask(const uring_request& request, const wait_limit& limit, bool patient) {
  const detail::file_outcome done = detail::perform_request(request, patient, limit);
  if (done.end != wait_end::completed) return detail::error_of(done.end, limit);
  if (done.value < 0) return error_from(done.value);
  return done.value;
}

namespace {

/// By the system call itself, under which the kernel locks the position that other descriptors share; a ring does not.
result<std::int64_t> ask_plainly(const uring_request& request, const wait_limit& limit) {
  if (limit.called_off()) return detail::error_of(wait_end::cancelled, limit);
  const std::int64_t value = blocking([&] { return detail::perform_now(request); });
  if (value < 0) return error_from(value);
  return value;
}

}  // namespace

file_core::file_core(int fd, bool ours) noexcept : fd_(fd) {
  const std::uint32_t kind = detail::kind_of(fd);  // lseek succeeds on an eventfd
  seekable_ = kind == S_IFREG || kind == S_IFBLK || kind == S_IFDIR;
  alone_ = ours;
  quiet_ = kind == S_IFIFO || kind == S_IFSOCK;
  waits_ = quiet_ && (ours ? detail::stop_blocking(fd) : detail::does_not_block(fd));
  watched_ = waits_ && detail::start_watching(fd, watch_) == 0;
}

bool file_core::enter() noexcept {
  std::uint32_t seen = state_.load(detail::memory_order_relaxed);
  while ((seen & closed_bit) == 0) {
    if (state_.compare_exchange_weak(seen, seen + user, detail::memory_order_acq_rel)) return true;
  }
  return false;
}

result<void> file_core::leave() noexcept {
  const int fd = fd_;
  const std::uint32_t left = state_.fetch_sub(user, detail::memory_order_acq_rel) - user;
  if (left >= user || (left & closed_bit) == 0) return {};
  const int error = blocking([fd] { return detail::close_file(fd); });
  if ((left & gone_bit) != 0) delete this;
  if (error != 0) return error_from(error);
  return {};
}

result<void> file_core::close() {
  if (!enter()) return weft::errc::closed;
  if ((state_.fetch_or(closed_bit, detail::memory_order_acq_rel) & closed_bit) != 0) {
    static_cast<void>(leave());
    return weft::errc::closed;
  }
  if (watched_) detail::stop_watching(watch_);  // who waits is told
  return leave();
}

void file_core::abandon() noexcept {
  static_cast<void>(close());
  if (state_.fetch_or(gone_bit, detail::memory_order_acq_rel) < user) delete this;
}

std::uint32_t file_core::changes(detail::readiness what) const noexcept {
  return watched_ ? detail::changes_of(watch_, what) : 0;
}

/// Without a registration, for which there may have been no room, each wait is a system call.
std::error_code file_core::wait(detail::readiness what, std::uint32_t seen, const wait_limit& limit) {
  if (!watched_) return detail::wait_fd(fd_, what, limit);
  switch (detail::wait_change(watch_, what, seen, limit)) {
    case detail::watch_end::ready:
      return {};
    case detail::watch_end::timed_out:
      return weft::errc::timed_out;
    case detail::watch_end::cancelled:
      return detail::error_of(wait_end::cancelled, limit);
    case detail::watch_end::closed:
      break;
  }
  return weft::errc::closed;
}

/// For pipes and sockets whose calls block, because others share them: who has a limit calls only when the call is not
/// going to block, unless somebody else is quicker. A poller that has no room keeps nobody from calling.
std::error_code file_core::wait_before_blocking(detail::readiness what, const wait_limit& limit) {
  if (!quiet_ || waits_ || !is_bounded(limit)) return {};
  const std::error_code error = detail::wait_fd(fd_, what, limit);
  return limit.called_off() || limit.passed() ? error : std::error_code();
}

result<std::size_t> file_core::read(const wait_limit& limit, std::span<std::byte> into, std::uint64_t offset) {
  uring_request request;
  request.code = uring_code::read;
  request.fd = fd_;
  request.address = into.data();
  request.length = static_cast<std::uint32_t>(std::min(into.size(), most_at_once));
  request.offset = offset;
  request.by_worker = into.size() > by_worker_from && seekable_;
  while (waits_) {
    if (limit.called_off()) return detail::error_of(wait_end::cancelled, limit);
    const std::uint32_t seen = changes(detail::readiness::readable);
    const std::int64_t got = detail::read_some(fd_, into.data(), request.length);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (got != -EAGAIN) return error_from(got);
    if (const std::error_code error = wait(detail::readiness::readable, seen, limit)) return error;
  }
  if (const std::error_code error = wait_before_blocking(detail::readiness::readable, limit)) return error;
  const bool plainly = seekable_ && !alone_ && offset == at_position;
  const result<std::int64_t> got = plainly ? ask_plainly(request, limit) : ask(request, limit, !seekable_);
  if (!got) return got.error();
  return static_cast<std::size_t>(*got);
}

result<std::size_t> file_core::write_some(const wait_limit& limit, std::span<const std::byte> from,
                                          std::uint64_t offset) {
  const bool in_pieces = quiet_ && !waits_ && is_bounded(limit);
  const std::size_t n = std::min(from.size(), in_pieces ? pipe_takes : most_at_once);
  if (quiet_) {
    if (limit.called_off()) return detail::error_of(wait_end::cancelled, limit);
    if (const std::error_code error = wait_before_blocking(detail::readiness::writable, limit)) return error;
    const std::uint32_t seen = changes(detail::readiness::writable);
    const std::int64_t put = waits_ ? detail::write_quietly(fd_, from.data(), n)
                                    : blocking([&] { return detail::write_quietly(fd_, from.data(), n); });
    if (put >= 0) return static_cast<std::size_t>(put);
    if (put != -EAGAIN || !waits_) return error_from(put);
    if (const std::error_code error = wait(detail::readiness::writable, seen, limit)) return error;
    return std::size_t{0};
  }
  uring_request request;
  request.code = uring_code::write;
  request.fd = fd_;
  request.address = const_cast<std::byte*>(from.data());
  request.length = static_cast<std::uint32_t>(n);
  request.offset = offset;
  request.by_worker = n > by_worker_from && seekable_;
  const bool plainly = seekable_ && !alone_ && offset == at_position;
  const result<std::int64_t> put = plainly ? ask_plainly(request, limit) : ask(request, limit, !seekable_);
  if (!put) return put.error();
  return static_cast<std::size_t>(*put);
}

result<std::size_t> file_core::write(const wait_limit& limit, std::span<const std::byte> from, std::uint64_t offset) {
  if (limit.called_off()) return detail::error_of(wait_end::cancelled, limit);
  for (std::span<const std::byte> left = from; !left.empty();) {
    const result<std::size_t> put = write_some(limit, left, offset);
    if (!put) return put.error();
    if (*put == 0 && !waits_) return errc::no_progress;
    left = left.subspan(*put);
    if (offset != at_position) offset += *put;
  }
  return from.size();
}

}  // namespace weft::io

// SPDX-License-Identifier: Apache-2.0
#include "weft/io/file.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <limits>
#include <mutex>
#include <string>

#include "io/file_core.hpp"
#include "io/paths.hpp"
#include "os/files.hpp"
#include "weft/blocking.hpp"
#include "weft/detail/panic.hpp"

namespace weft::io {

using detail::at_position;
using detail::uring_code;
using detail::uring_request;
using detail::wait_limit;

namespace {

/// One operation on a file, if that is open.
class visit {
 public:
  explicit visit(file_core* core) noexcept : core_(core != nullptr && core->enter() ? core : nullptr) {}
  visit(const visit&) = delete;
  visit& operator=(const visit&) = delete;
  ~visit() {
    if (core_ != nullptr) static_cast<void>(core_->leave());
  }
  explicit operator bool() const noexcept { return core_ != nullptr; }
  file_core* operator->() const noexcept { return core_; }

 private:
  file_core* core_;
};

/// The turn of an operation that uses the position. Who had to wait for it may find the file closed.
class turn {
 public:
  turn(visit& file, uring_code code, const wait_limit& limit)
      : order_(file->order_of(code)), got_(order_.lock(limit)), closed_(file->closed()) {}
  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;
  ~turn() {
    if (got_) order_.unlock();
  }
  /// Zero: go on.
  [[nodiscard]] std::error_code error() const noexcept {
    if (!got_) return got_.error();
    return closed_ ? make_error_code(errc::closed) : std::error_code();
  }

 private:
  mutex& order_;
  result<void> got_;
  bool closed_;
};

constexpr bool has(open_mode mode, open_mode what) noexcept {
  return (static_cast<std::uint32_t>(mode) & static_cast<std::uint32_t>(what)) == static_cast<std::uint32_t>(what);
}

std::uint32_t system_flags(open_mode mode) noexcept {
  int flags = O_CLOEXEC | O_LARGEFILE;
  const bool writes = has(mode, open_mode::write);
  flags |= !writes ? O_RDONLY : has(mode, open_mode::read) ? O_RDWR : O_WRONLY;
  if (has(mode, open_mode::append)) flags |= O_APPEND;
  if (has(mode, open_mode::create)) flags |= O_CREAT;
  if (has(mode, open_mode::exclusive)) flags |= O_EXCL;
  if (has(mode, open_mode::truncate)) flags |= O_TRUNC;
  if (has(mode, open_mode::synced)) flags |= O_SYNC;
  return static_cast<std::uint32_t>(flags);
}

bool beyond_the_end_of_offsets(std::uint64_t offset) noexcept {
  return offset > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

result<void> sync_file(file_core* core, const wait_limit& limit, bool data_only) {
  const visit open(core);
  if (!open) return errc::closed;
  uring_request request;
  request.code = uring_code::sync;
  request.fd = open->fd();
  request.flags = data_only ? 1 : 0;
  const result<std::int64_t> done = ask(request, limit);
  if (!done) return done.error();
  return {};
}

}  // namespace

file::~file() {
  if (core_ != nullptr) core_->abandon();
}

file file::adopt(int fd) {
  if (fd < 0) detail::panicf("weft: adopt: %d is no descriptor", fd);
  return file(new file_core(fd, false));
}

bool file::is_open() const noexcept { return core_ != nullptr && !core_->closed(); }

int file::native_handle() const noexcept { return is_open() ? core_->fd() : -1; }

result<void> file::close() {
  if (core_ == nullptr) return errc::closed;
  return core_->close();
}

result<std::size_t> file::read(const wait_limit& limit, std::span<std::byte> into) {
  visit open(core_);
  if (!open) return errc::closed;
  const turn mine(open, uring_code::read, limit);
  if (mine.error()) return mine.error();
  if (into.empty()) return std::size_t{0};
  return open->read(limit, into, at_position);
}

result<std::size_t> file::write(const wait_limit& limit, std::span<const std::byte> from) {
  visit open(core_);
  if (!open) return errc::closed;
  const turn mine(open, uring_code::write, limit);
  if (mine.error()) return mine.error();
  return open->write(limit, from, at_position);
}

result<std::size_t> file::read_at(const wait_limit& limit, std::uint64_t offset, std::span<std::byte> into) {
  const visit open(core_);
  if (!open) return errc::closed;
  if (!open->seekable()) return std::make_error_code(std::errc::invalid_seek);
  if (beyond_the_end_of_offsets(offset)) return std::make_error_code(std::errc::invalid_argument);
  return open->read(limit, into, offset);
}

result<std::size_t> file::write_at(const wait_limit& limit, std::uint64_t offset, std::span<const std::byte> from) {
  const visit open(core_);
  if (!open) return errc::closed;
  if (!open->seekable()) return std::make_error_code(std::errc::invalid_seek);
  if (beyond_the_end_of_offsets(offset)) return std::make_error_code(std::errc::invalid_argument);
  return open->write(limit, from, offset);
}

result<std::uint64_t> file::seek(std::int64_t offset, seek_from from) {
  visit open(core_);
  if (!open) return errc::closed;
  if (!open->seekable()) return std::make_error_code(std::errc::invalid_seek);
  const turn mine(open, uring_code::read, {});
  if (mine.error()) return mine.error();
  const int whence = from == seek_from::beginning ? SEEK_SET : from == seek_from::position ? SEEK_CUR : SEEK_END;
  const std::int64_t at = detail::seek_file(open->fd(), offset, whence);
  if (at < 0) return error_from(at);
  return static_cast<std::uint64_t>(at);
}

result<void> file::truncate(std::uint64_t size) {
  const visit open(core_);
  if (!open) return errc::closed;
  if (beyond_the_end_of_offsets(size)) return std::make_error_code(std::errc::invalid_argument);
  const int error = blocking([&] { return detail::truncate_file(open->fd(), static_cast<std::int64_t>(size)); });
  if (error != 0) return error_from(error);
  return {};
}

result<void> file::sync(const wait_limit& limit) { return sync_file(core_, limit, false); }
result<void> file::sync_data(const wait_limit& limit) { return sync_file(core_, limit, true); }

result<file_status> file::status(const wait_limit& limit) {
  const visit open(core_);
  if (!open) return errc::closed;
  std::string nothing;
  return status_of(limit, open->fd(), nothing, AT_EMPTY_PATH);
}

result<file> open(const wait_limit& limit, std::string_view path, open_mode mode, std::uint32_t permissions) {
  result<std::string> name = system_path(path);
  if (!name) return name.error();
  if (!has(mode, open_mode::read) && !has(mode, open_mode::write)) {
    return std::make_error_code(std::errc::invalid_argument);
  }
  uring_request request;
  request.code = uring_code::open;
  request.address = name->data();
  request.flags = system_flags(mode);
  request.length = permissions & 07777;
  request.by_worker = true;  // else io_uring tries without blocking first, and a FIFO would not wait for its other end
  const result<std::int64_t> fd = ask(request, limit);
  if (!fd) return fd.error();
  return file(new file_core(static_cast<int>(*fd), true));
}

}  // namespace weft::io

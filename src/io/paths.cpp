// SPDX-License-Identifier: Apache-2.0
#include "io/paths.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "io/file_core.hpp"
#include "os/uring.hpp"

namespace weft::io {

result<std::string> system_path(std::string_view path) {
  if (path.find('\0') != path.npos) return std::make_error_code(std::errc::invalid_argument);
  return std::string(path);
}

file_type type_of(std::uint32_t mode) noexcept {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return file_type::regular;
    case S_IFDIR:
      return file_type::directory;
    case S_IFLNK:
      return file_type::link;
    case S_IFIFO:
      return file_type::fifo;
    case S_IFSOCK:
      return file_type::socket;
    case S_IFCHR:
      return file_type::character_device;
    case S_IFBLK:
      return file_type::block_device;
    default:
      return file_type::unknown;
  }
}

result<file_status> status_of(const detail::wait_limit& limit, int fd, std::string& path, std::uint32_t flags) {
  struct statx answer = {};
  detail::uring_request request;
  request.code = detail::uring_code::status;
  request.fd = fd;
  request.address = path.data();
  request.other = &answer;
  request.flags = flags;
  const result<std::int64_t> done = ask(request, limit);
  if (!done) return done.error();
  file_status status;
  status.type = type_of(answer.stx_mode);
  status.permissions = answer.stx_mode & 07777;
  status.size = answer.stx_size;
  status.links = answer.stx_nlink;
  status.device = makedev(answer.stx_dev_major, answer.stx_dev_minor);
  status.inode = answer.stx_ino;
  status.user = answer.stx_uid;
  status.group = answer.stx_gid;
  const auto since = std::chrono::seconds(answer.stx_mtime.tv_sec) + std::chrono::nanoseconds(answer.stx_mtime.tv_nsec);
  status.modified += std::chrono::duration_cast<std::chrono::system_clock::duration>(since);
  return status;
}

}  // namespace weft::io

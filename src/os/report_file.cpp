// SPDX-License-Identifier: Apache-2.0
#include "os/report_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace weft::detail {

int create_report(const char* path) noexcept {
  int fd = -1;
  do {
    fd = ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return -errno;
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags >= 0) ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
  return fd;
}

int close_report(int fd) noexcept { return ::close(fd) == 0 ? 0 : errno; }

int process_number() noexcept { return ::getpid(); }

}  // namespace weft::detail

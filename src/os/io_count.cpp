// SPDX-License-Identifier: Apache-2.0
#include "os/io_count.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace weft::detail {

std::optional<io_count> count_io() noexcept {
  const int saved = errno;
  char text[512];
  ssize_t n = -1;
  if (const int fd = ::open("/proc/self/io", O_RDONLY | O_CLOEXEC); fd >= 0) {
    n = ::read(fd, text, sizeof text - 1);
    ::close(fd);
  }
  errno = saved;
  if (n <= 0) return std::nullopt;
  text[n] = '\0';
  const char* const at = std::strstr(text, "syscr:");
  unsigned long long reads = 0;
  unsigned long long writes = 0;
  if (at == nullptr || std::sscanf(at, "syscr: %llu syscw: %llu", &reads, &writes) != 2) return std::nullopt;
  return io_count{reads, writes};
}

}  // namespace weft::detail

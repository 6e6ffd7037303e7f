// SPDX-License-Identifier: Apache-2.0
//
// A limit on the size of files counts for a memfd, too, and going over it is a signal that ends the process; so it is
// asked first.
#include "os/shared_page.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

namespace weft::detail {
namespace {

bool file_may_have(std::size_t bytes) noexcept {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= bytes);
}

void* map_file(const char* name, std::size_t bytes) noexcept {
  if (!file_may_have(bytes)) return MAP_FAILED;
  const int fd = ::memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) return MAP_FAILED;
  void* mapped = MAP_FAILED;
  if (::ftruncate(fd, static_cast<off_t>(bytes)) == 0) {
    mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  if (mapped == MAP_FAILED) ::close(fd);
  return mapped;
}

}  // namespace

void* map_shared(const char* name, std::size_t bytes) noexcept {
  const int saved = errno;
  void* mapped = map_file(name, bytes);
  if (mapped == MAP_FAILED) {
    mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  }
  errno = saved;
  return mapped == MAP_FAILED ? nullptr : mapped;
}

void copy_process_name(char* out, std::size_t size) noexcept {
  const int saved = errno;
  const int fd = ::open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? 0 : ::read(fd, out, size - 1);
  if (fd >= 0) ::close(fd);
  if (length < 0) length = 0;
  if (length > 0 && out[length - 1] == '\n') --length;
  out[length] = '\0';
  errno = saved;
}

std::uint64_t process_id() noexcept { return static_cast<std::uint64_t>(::getpid()); }

}  // namespace weft::detail

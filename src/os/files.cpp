// SPDX-License-Identifier: Apache-2.0
//
// errno is the thread's and a goroutine may change its thread between two of these calls, but not within one; so each
// reads errno in the function that made the call, and nobody else needs to.
//
// SIGPIPE. The kernel sends it to the thread that writes. It is held back on this thread for the length of the write,
// and if the write has made one, that is taken off again; one that was pending before stays. Two system calls more per
// write, and no disposition of the process is touched, which children would inherit.
#include "os/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace weft::detail {
namespace {

/// Calls f until no signal interrupts it; its result, or -errno.
template <class F>
std::int64_t retried(F f) noexcept {
  for (;;) {
    const std::int64_t done = static_cast<std::int64_t>(f());
    if (done >= 0) return done;
    if (errno != EINTR) return -errno;
  }
}

const char* path_of(const void* address) noexcept { return static_cast<const char*>(address); }

std::int64_t read_now(const uring_request& r) noexcept {
  if (r.offset == at_position) return retried([&] { return ::read(r.fd, r.address, r.length); });
  return retried([&] { return ::pread(r.fd, r.address, r.length, static_cast<off_t>(r.offset)); });
}

std::int64_t write_now(const uring_request& r) noexcept {
  if (r.offset == at_position) return retried([&] { return ::write(r.fd, r.address, r.length); });
  return retried([&] { return ::pwrite(r.fd, r.address, r.length, static_cast<off_t>(r.offset)); });
}

}  // namespace

std::int64_t perform_now(const uring_request& r) noexcept {
  switch (r.code) {
    case uring_code::read:
      return read_now(r);
    case uring_code::write:
      return write_now(r);
    case uring_code::sync:
      return retried([&] { return r.flags != 0 ? ::fdatasync(r.fd) : ::fsync(r.fd); });
    case uring_code::open:
      return retried([&] { return ::open(path_of(r.address), static_cast<int>(r.flags), r.length); });
    case uring_code::status:
      return retried([&] {
        return ::statx(r.fd, path_of(r.address), static_cast<int>(r.flags), STATX_BASIC_STATS,
                       static_cast<struct statx*>(r.other));
      });
    case uring_code::rename:
      return retried([&] { return ::rename(path_of(r.address), path_of(r.other)); });
    case uring_code::remove:
      return retried([&] { return ::unlinkat(AT_FDCWD, path_of(r.address), static_cast<int>(r.flags)); });
    case uring_code::make_directory:
      return retried([&] { return ::mkdir(path_of(r.address), r.length); });
    case uring_code::cancel:
    case uring_code::receive:
      break;
  }
  return -EINVAL;
}

std::int64_t seek_file(int fd, std::int64_t offset, int whence) noexcept {
  return retried([&] { return ::lseek(fd, offset, whence); });
}

int truncate_file(int fd, std::int64_t size) noexcept {
  return static_cast<int>(retried([&] { return ::ftruncate(fd, size); }));
}

int close_file(int fd) noexcept { return ::close(fd) == 0 || errno == EINTR ? 0 : -errno; }

std::int64_t write_quietly(int fd, const void* from, std::size_t n) noexcept {
  sigset_t pipe_only, before, pending;
  sigemptyset(&pipe_only);
  sigaddset(&pipe_only, SIGPIPE);
  const bool had_one = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
  const std::int64_t done = retried([&] { return ::write(fd, from, n); });
  if (done == -EPIPE && !had_one) {
    const timespec at_once{};
    while (sigtimedwait(&pipe_only, nullptr, &at_once) < 0 && errno == EINTR) continue;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return done;
}

std::uint32_t kind_of(int fd) noexcept {
  struct stat status;
  return ::fstat(fd, &status) == 0 ? status.st_mode & S_IFMT : 0;
}

std::uint32_t kind_at(const char* path) noexcept {
  struct stat status;
  return ::stat(path, &status) == 0 ? status.st_mode & S_IFMT : 0;
}

int copy_for_child(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return -errno;
  if ((flags & O_NONBLOCK) != 0 && kind_of(fd) == S_IFIFO) {
    char path[32];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const int anew = ::open(path, (flags & O_ACCMODE) | O_NONBLOCK | O_CLOEXEC);
    if (anew >= 0) {
      ::fcntl(anew, F_SETFL, flags & ~O_NONBLOCK);
      return anew;
    }
  }
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
  return copy >= 0 ? copy : -errno;
}

int list_items(const char* path, std::vector<directory_item>& out) {
  DIR* const directory = ::opendir(path);
  if (directory == nullptr) return -errno;
  struct closer {
    DIR* open;
    ~closer() { ::closedir(open); }
  } at_end{directory};
  for (;;) {
    errno = 0;
    const dirent* const item = ::readdir(directory);
    if (item == nullptr) return -errno;
    if (std::strcmp(item->d_name, ".") == 0 || std::strcmp(item->d_name, "..") == 0) continue;
    out.push_back({item->d_name, static_cast<std::uint32_t>(DTTOIF(item->d_type))});
  }
}

int make_pipe(int (&ends)[2]) noexcept { return ::pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno; }

bool stop_blocking(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

bool does_not_block(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_NONBLOCK) != 0;
}

std::int64_t read_some(int fd, void* into, std::size_t n) noexcept {
  return retried([&] { return ::read(fd, into, n); });
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
#include "os/control_socket.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace weft::detail {
namespace {

constexpr int patience_seconds = 5;  // for who has connected, and then neither asks nor reads

/// The folder exists, is no link, is ours, and nobody else may look into it. 0 or an errno.
int own_folder(const char* path) noexcept {
  if (::mkdir(path, 0700) != 0 && errno != EEXIST) return errno;
  struct stat found {};
  if (::lstat(path, &found) != 0) return errno;
  if (!S_ISDIR(found.st_mode)) return ENOTDIR;
  return found.st_uid == ::geteuid() && (found.st_mode & 077) == 0 ? 0 : EPERM;
}

bool may_ask(int peer) noexcept {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return false;
  return who.uid == ::geteuid() || who.uid == 0;
}

int bind_to(int socket, const char* path) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  ::unlink(path);  // of an earlier process with our number
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return errno;
  // Nobody can connect before listen().
  return ::chmod(path, 0600) == 0 && ::listen(socket, 8) == 0 ? 0 : errno;
}

}  // namespace

bool control_path(char (&out)[control_path_size], const char* run_time_folder, long uid, long pid) noexcept {
  const bool given = run_time_folder != nullptr && run_time_folder[0] == '/';
  const int n = given ? std::snprintf(out, sizeof out, "%s/weft/%ld.sock", run_time_folder, pid)
                      : std::snprintf(out, sizeof out, "/tmp/weft-%ld/%ld.sock", uid, pid);
  return n > 0 && static_cast<std::size_t>(n) < sizeof out;
}

int open_control_socket(char (&path)[control_path_size]) noexcept {
  if (!control_path(path, ::secure_getenv("XDG_RUNTIME_DIR"), static_cast<long>(::geteuid()),
                    static_cast<long>(::getpid()))) {
    return -ENAMETOOLONG;
  }
  char* const slash = std::strrchr(path, '/');
  *slash = '\0';
  int error = own_folder(path);
  *slash = '/';
  if (error != 0) return -error;
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -errno;
  error = bind_to(socket, path);
  if (error == 0) return socket;
  ::close(socket);
  return -error;
}

int accept_control(int socket) noexcept {
  for (;;) {
    const int peer = ::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) {
      if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) return -errno;
      if (errno != EINTR && errno != ECONNABORTED) {  // no descriptor or memory left: later, perhaps
        const timespec while_{0, 100'000'000};
        ::nanosleep(&while_, nullptr);
      }
      continue;
    }
    const timeval patience{patience_seconds, 0};
    ::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (may_ask(peer)) return peer;
    ::close(peer);
  }
}

bool read_control_line(int fd, char* line, std::size_t size) noexcept {
  std::size_t length = 0;
  while (length + 1 < size) {
    const ssize_t n = ::recv(fd, line + length, 1, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    if (line[length] == '\n') break;
    ++length;
  }
  line[length] = '\0';
  return true;
}

int open_answer() noexcept {
  const int fd = ::memfd_create("weft-answer", MFD_CLOEXEC);
  return fd >= 0 ? fd : -errno;
}

void send_answer(int answer, int peer) noexcept {
  off_t from = 0;
  struct stat made {};
  if (::fstat(answer, &made) != 0) return;
  while (from < made.st_size) {
    const ssize_t n = ::sendfile(peer, answer, &from, static_cast<std::size_t>(made.st_size - from));
    if (n == 0 || (n < 0 && errno != EINTR)) return;
  }
}

void hold_back_signals() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

void close_control(int fd) noexcept { ::close(fd); }

void remove_control_socket(const char* path) noexcept { ::unlink(path); }

}  // namespace weft::detail

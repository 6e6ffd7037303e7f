// SPDX-License-Identifier: Apache-2.0
#include "os/control_socket.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace weft::detail {
namespace {

constexpr char socket_ending[] = ".sock";
constexpr char unnamed_ending[] = ".new";  // not longer

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
  const std::size_t length = std::strlen(path) - std::strlen(socket_ending);
  std::memcpy(address.sun_path, path, length);
  std::memcpy(address.sun_path + length, unnamed_ending, sizeof unnamed_ending);
  const char* const unnamed = address.sun_path;
  ::unlink(unnamed);  // of an earlier process with our number
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return errno;
  if (::chmod(unnamed, 0600) == 0 && ::listen(socket, 8) == 0 && ::rename(unnamed, path) == 0) return 0;
  const int error = errno;
  ::unlink(unnamed);
  return error;
}

}  // namespace

bool control_path(char (&out)[control_path_size], const char* run_time_folder, long uid, long pid) noexcept {
  const bool given = run_time_folder != nullptr && run_time_folder[0] == '/';
  const int n = given ? std::snprintf(out, sizeof out, "%s/weft/%ld%s", run_time_folder, pid, socket_ending)
                      : std::snprintf(out, sizeof out, "/tmp/weft-%ld/%ld%s", uid, pid, socket_ending);
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
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return -errno;
  error = bind_to(socket, path);
  if (error == 0) return socket;
  ::close(socket);
  return -error;
}

int accept_control(int socket) noexcept {
  const int peer = ::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (peer < 0) return errno == EINTR || errno == ECONNABORTED ? -EAGAIN : -errno;
  if (may_ask(peer)) return peer;
  ::close(peer);
  return -EAGAIN;
}

void hold_back_signals() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

void close_control(int fd) noexcept { ::close(fd); }

void remove_control_socket(const char* path) noexcept { ::unlink(path); }

}  // namespace weft::detail

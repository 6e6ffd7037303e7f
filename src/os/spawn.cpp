// SPDX-License-Identifier: Apache-2.0
//
// By posix_spawn, which in glibc is a clone that shares our memory until the exec: no page table is copied, no handler
// of pthread_atfork runs, and an error of the child before or at the exec is the call's own.
//
// The descriptors that become 0, 1 and 2 must not be overwritten by each other on the way. So those that are below 3
// are first copied to above.
//
// The child's id is ours until somebody collects it, so that pidfd_open afterwards names the right process. In a
// program that collects all children itself, or ignores SIGCHLD, it may be gone by then: it has run, and its end is
// unknown.
#include "os/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "os/fiber_annotations.hpp"

namespace weft::detail {
namespace {

constexpr auto by_pidfd = static_cast<idtype_t>(3);  // P_PIDFD

class file_actions {
 public:
  file_actions() noexcept { error_ = posix_spawn_file_actions_init(&actions_); }
  file_actions(const file_actions&) = delete;
  file_actions& operator=(const file_actions&) = delete;
  ~file_actions() {
    posix_spawn_file_actions_destroy(&actions_);
    for (int copy : copies_) {
      if (copy >= 0) ::close(copy);
    }
  }

  void use_directory(const char* directory) noexcept {
    if (error_ == 0 && directory != nullptr) error_ = posix_spawn_file_actions_addchdir_np(&actions_, directory);
  }
  void use(int fd, int place) noexcept {
    if (error_ != 0 || fd < 0) return;
    if (fd < 3 && fd != place) {
      fd = copies_[place] = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
      if (fd < 0) error_ = errno;
    }
    if (error_ == 0) error_ = posix_spawn_file_actions_adddup2(&actions_, fd, place);
  }
  void close_others() noexcept {
    if (error_ == 0) error_ = posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
  }

  [[nodiscard]] int error() const noexcept { return error_; }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
  int copies_[3] = {-1, -1, -1};
  int error_ = 0;
};

class attributes {
 public:
  attributes() noexcept {
    error_ = posix_spawnattr_init(&attributes_);
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    if (error_ == 0) error_ = posix_spawnattr_setsigmask(&attributes_, &none);
    if (error_ == 0) error_ = posix_spawnattr_setsigdefault(&attributes_, &usual);
    if (error_ == 0) error_ = posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  attributes(const attributes&) = delete;
  attributes& operator=(const attributes&) = delete;
  ~attributes() { posix_spawnattr_destroy(&attributes_); }

  [[nodiscard]] int error() const noexcept { return error_; }
  [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
  int error_ = 0;
};

/// A child of which we cannot learn the end must not live.
int give_up(pid_t child, int error) noexcept {
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
  return error;
}

}  // namespace

int spawn(const spawn_request& request, spawned& out) noexcept {
  const runtime_section inside;
  file_actions actions;
  const attributes how;
  actions.use_directory(request.directory);
  for (int i = 0; i < 3; ++i) actions.use(request.standard[i], i);
  actions.close_others();
  if (actions.error() != 0) return actions.error();
  if (how.error() != 0) return how.error();
  pid_t child = -1;
  const int error = ::posix_spawnp(&child, request.program, actions.get(), how.get(), request.arguments,
                                   request.environment != nullptr ? request.environment : environ);
  if (error != 0) return error;
  const long fd = ::syscall(SYS_pidfd_open, child, 0);
  if (fd < 0 && errno != ESRCH) return give_up(child, errno);
  out = {static_cast<int>(child), static_cast<int>(fd)};
  return 0;
}

int collect(int pidfd, ending& out) noexcept {
  if (pidfd < 0) return -ECHILD;
  siginfo_t info = {};
  while (::waitid(by_pidfd, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0) {
    if (errno != EINTR) return -errno;
  }
  if (info.si_pid == 0) return 0;
  out = {info.si_code != CLD_EXITED, info.si_status};
  return 1;
}

int signal_child(int pidfd, int number) noexcept {
  if (pidfd < 0) return ESRCH;
  return ::syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0) == 0 ? 0 : errno;
}

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// A program that listens for the command weft, and is asked by itself, makes a child. The child has no thread that
// answers, so it must not have the sockets: who asks would not hear that the parent has ended.
//
// guarantee: BI5.4
// sentence: a forked child has none of the sockets on which its parent is asked
// engines: sched
// not-under: thread (it refuses to go on in a child of a process with threads)
// seconds: 60
// expect-stdout: ^sockets in the parent: 5$
// expect-stdout: ^sockets in the child: 1$
#include <dirent.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "weft/control.hpp"
#include "weft/weft.hpp"

int count_sockets() {
  int n = 0;
  DIR* const folder = opendir("/proc/self/fd");
  while (const dirent* const each = readdir(folder)) {
    char target[64] = "";
    static_cast<void>(!readlinkat(dirfd(folder), each->d_name, target, sizeof target - 1));
    if (std::strncmp(target, "socket:", 7) == 0) ++n;
  }
  closedir(folder);
  return n;
}

int connect_to(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
}

int main() {
  const int before = count_sockets();  // those that the test was started with
  return weft::run([=] {
    connect_to(weft::control::listen().value());
    // One that listens, two that are kept, and both ends of the one that asks, as soon as it was let in.
    int n = 0;
    for (int i = 0; i < 1000 && n != 5; ++i, usleep(1000)) n = count_sockets() - before;
    std::printf("sockets in the parent: %d\n", n);
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      std::printf("sockets in the child: %d\n", count_sockets() - before);
      std::fflush(stdout);
      _exit(0);
    }
    waitpid(child, nullptr, 0);
  });
}

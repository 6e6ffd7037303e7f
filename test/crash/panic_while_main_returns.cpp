// SPDX-License-Identifier: Apache-2.0
// guarantee: G11.5
// sentence: when a panic has begun, main's return does not take its exit status away, two hundred times
// seconds: 100
// A child's standard error is a full pipe, so that its report takes as long as the parent likes. Main returns as soon
// as the report has begun.
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "weft/weft.hpp"

using namespace std::chrono_literals;

namespace {

constexpr int page = 4096;

int in_pipe(int end) {
  int bytes = 0;
  ioctl(end, FIONREAD, &bytes);
  return bytes;
}

/// In the child: a goroutine panics, main returns while it does.
int panic_and_return(int read_end) {
  const int before = in_pipe(read_end);
  return weft::run([=] {
    weft::go([] { weft::panic("must decide the exit status"); });
    while (in_pipe(read_end) <= before) weft::yield();  // or until the panic ends it, when the parent was fast
  });
}

bool child_exits_with_2(int number) {
  int ends[2];
  if (pipe(ends) != 0 || fcntl(ends[1], F_SETPIPE_SZ, page) < 0) return false;
  const std::string filling(static_cast<std::size_t>(page - 10), ' ');
  if (write(ends[1], filling.data(), filling.size()) != static_cast<ssize_t>(filling.size())) return false;
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 2);
    _exit(panic_and_return(ends[0]));
  }
  close(ends[1]);
  usleep(number % 10 == 0 ? 20'000 : 500);  // now and then long enough for everything else to happen first
  char buffer[page];
  while (read(ends[0], buffer, sizeof buffer) > 0) continue;
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 2) return true;
  std::printf("child %d: status %x\n", number, static_cast<unsigned>(status));
  return false;
}

}  // namespace

int main() {
  for (int i = 0; i < 200; ++i) {
    if (!child_exits_with_2(i)) return 1;
  }
}

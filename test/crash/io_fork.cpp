// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: FS9.8
// sentence: a forked child keeps away from its parent's ring, and both can use files outside of a run
// seconds: 60
// expect-stdout: ^\[fork\] out: the child: not empty\n\[fork\] out: the parent: not empty\n\[fork\] out: the next run: not empty$
// expect-stdout-not: did not end|signal
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace io = weft::io;

void read_something(const char* who) {
  const auto text = io::read_file("/proc/self/stat");
  std::printf("%s: %s\n", who, text && !text->empty() ? "not empty" : "empty");
  std::fflush(stdout);
}

int main() {
  scene("fork").play([] {
    weft::run([] { static_cast<void>(io::read_file("/proc/self/stat")); });
    const pid_t child = fork();
    if (child == 0) {
      read_something("the child");
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    read_something("the parent");
    weft::run([] { read_something("the next run"); });
    return status;
  });
}

// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: D6.1 D6.2
// sentence: a forked child that uses weft is told why it cannot; one that calls exec is fine, and so is the parent
// seconds: 60
// expect-stdout: ^\[go\] out: the child: exit 2\n\[go\] out: the parent: 5\n\[go\] err: panic: .*in a forked child: only the forking thread survives a fork; call exec or _exit there$
// expect-stdout: ^\[receive\] out: the child: exit 2\n\[receive\] out: the parent: 5\n\[receive\] err: panic: .*in a forked child
// expect-stdout: ^\[sleep\] out: the child: exit 2\n\[sleep\] out: the parent: 5\n\[sleep\] err: panic: .*in a forked child
// expect-stdout: ^\[yield\] out: the child: exit 2\n\[yield\] out: the parent: 5\n\[yield\] err: panic: .*in a forked child
// expect-stdout: ^\[outside\] out: the child: exit 2\n\[outside\] err: panic: .*in a forked child
// expect-stdout: ^\[run outside\] out: the child: exit 2\n\[run outside\] err: panic: run\(\) in a forked child
// expect-stdout: ^\[exec\] out: from the child\n\[exec\] out: the child: exit 0\n\[exec\] out: the parent: 5$
// expect-stdout-not: did not end|signal
#include <chrono>
#include <cstdio>
#include <functional>

#include "scene.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

void in_child(const std::function<void()>& f) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    f();
    _exit(0);
  }
  int status = 0;
  weft::blocking([&] { return waitpid(child, &status, 0); });
  std::printf(WIFEXITED(status) ? "the child: exit %d\n" : "the child: signal %d\n",
              WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

/// Forks in a goroutine of a running program, which then goes on.
int fork_inside(const std::function<void()>& f) {
  return weft::run([&f] {
    weft::chan<int> c;
    weft::wait_group all;
    all.go([&f] { in_child(f); });
    all.wait();
    weft::go([=] { c.send(5); });
    std::printf("the parent: %d\n", c.recv().value());
  });
}

/// Forks when the program has used weft and is outside of it.
int fork_outside(const std::function<void()>& f) {
  weft::run([] { weft::yield(); });
  in_child(f);
  return 0;
}

int main() {
  scene("go").play([] { return fork_inside([] { weft::go([] {}); }); });
  scene("receive").play([] { return fork_inside([] { weft::chan<int>().recv(); }); });
  scene("sleep").play([] { return fork_inside([] { weft::sleep_for(1ms); }); });
  scene("yield").play([] { return fork_inside([] { weft::yield(); }); });
  scene("outside").play([] { return fork_outside([] { weft::chan<int>().recv(); }); });
  scene("run outside").play([] { return fork_outside([] { weft::run([] {}); }); });
  scene("exec").play([] { return fork_inside([] { execlp("echo", "echo", "from the child", nullptr); }); });
}

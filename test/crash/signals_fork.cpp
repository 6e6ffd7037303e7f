// SPDX-License-Identifier: Apache-2.0
// sentence: in a forked child signals do what they did before notify, and stop and reset return
// guarantee: K3.12
// engines: both
// not-under: thread (it holds back signals until a loop calls something)
// seconds: 60
// expect-stdout: ^\[caught\] out: the child: signal 15\n\[caught\] out: the parent got 15\n\[caught\] exit 0$
// expect-stdout: ^\[ignored\] out: the child: exit 7\n\[ignored\] exit 0$
// expect-stdout: ^\[stops\] out: all returned\n\[stops\] exit 0$
// expect-stdout-not: did not end
#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace signals = weft::signals;

template <class F>
int status_of_child(F f) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    f();
    _exit(7);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

template <class F>
void tell_of_child(F f) {
  const int status = status_of_child(f);
  if (WIFSIGNALED(status)) {
    std::printf("the child: signal %d\n", WTERMSIG(status));
  } else {
    std::printf("the child: exit %d\n", WEXITSTATUS(status));
  }
}

void caught() {
  const weft::chan<int> c(1);
  signals::notify(c, {SIGTERM});
  tell_of_child([] { std::raise(SIGTERM); });
  std::raise(SIGTERM);
  std::printf("the parent got %d\n", *c.recv());
}

void ignored() {
  signals::notify(weft::chan<int>(1), {SIGUSR1});
  signals::ignore({SIGTERM});
  tell_of_child([] { std::raise(SIGTERM); });
}

/// The fork meets threads in the midst of handlers, of notify and of stop.
int stops() {
  const weft::chan<int> c(1);
  signals::notify(c, {SIGUSR1});
  std::atomic<bool> over{false};
  std::thread storm([&] {
    while (!over) kill(getpid(), SIGUSR1);
  });
  std::thread churn([&] {
    const weft::chan<int> other(1);
    while (!over) {
      signals::notify(other, {SIGUSR2});
      signals::stop(other);
    }
  });
  int returned = 0;
  for (int i = 0; i < 30; ++i) {
    const int status = status_of_child([&] {
      signals::stop(c);
      signals::reset();
    });
    if (WIFEXITED(status) && WEXITSTATUS(status) == 7) ++returned;
  }
  over = true;
  storm.join();
  churn.join();
  if (returned == 30) std::puts("all returned");
  return 0;
}

int main() {
  scene("caught").play([] { return weft::run(caught); });
  scene("ignored").play([] { return weft::run(ignored); });
  scene("stops").play(stops);
}

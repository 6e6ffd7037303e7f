// SPDX-License-Identifier: Apache-2.0
// sentence: when nobody is notified a signal does what it did before: it ends the program, or dumps its goroutines
// guarantee: K3.5 K3.7 K3.9 K3.10 D4.1
// engines: both
// not-under: thread (it holds back signals until a loop calls something)
// seconds: 60
// expect-stdout: ^\[stopped\] out: got 2\n\[stopped\] signal 2$
// expect-stdout: ^\[reset\] signal 15$
// expect-stdout: ^\[quit\] out: got 3\n\[quit\] err: SIGQUIT: quit$
// expect-stdout: ^\[quit\] exit 2$
// expect-stdout: ^\[quit after ignore\] err: SIGQUIT: quit$
// expect-stdout: ^\[quit after ignore\] exit 2$
// expect-stdout: ^\[nohup\] out: ignored\n\[nohup\] out: got 1\n\[nohup\] exit 0$
// expect-stdout: ^\[outlives\] out: got 10 in the second run\n\[outlives\] out: got 12 after it\n\[outlives\] exit 0$
// expect-stdout: ^\[context outlives\] out: interrupt signal received\n\[context outlives\] out: terminated signal received\n\[context outlives\] exit 0$
// expect-stdout: ^\[abandoned\] exit 0$
// expect-stdout: ^\[from outside\] out: got 15\n\[from outside\] exit 0$
// expect-stdout: ^\[closed\] err: panic: send on closed channel$
// expect-stdout: ^\[closed\] exit 2$
// expect-stdout-not: did not end|out: after
#include <chrono>
#include <csignal>
#include <cstdio>

#include "scene.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;
namespace signals = weft::signals;

void wait_for(int number) {
  const weft::chan<int> c(1);
  signals::notify(c, {number});
  std::raise(number);
  std::printf("got %d\n", *c.recv());
  std::fflush(stdout);
  signals::stop(c);
}

void stopped() {
  wait_for(SIGINT);
  std::raise(SIGINT);
  std::puts("after");
}

void reset() {
  const weft::chan<int> c(1);
  signals::notify(c);
  signals::reset({SIGTERM});
  std::raise(SIGTERM);
  std::puts("after");
}

void quit() {
  wait_for(SIGQUIT);
  std::raise(SIGQUIT);
  weft::sleep_for(1h);
}

int quit_after_ignore() {
  signals::ignore({SIGQUIT});  // before the runtime has started
  std::raise(SIGQUIT);
  return weft::run([] {
    std::raise(SIGQUIT);
    signals::reset({SIGQUIT});
    std::raise(SIGQUIT);
    weft::sleep_for(1h);
  });
}

int nohup() {
  std::signal(SIGHUP, SIG_IGN);
  return weft::run([] {
    if (signals::ignored(SIGHUP)) std::puts("ignored");
    wait_for(SIGHUP);
    std::raise(SIGHUP);
  });
}

int outlives() {
  const weft::chan<int> c(1);
  weft::run([=] { signals::notify(c, {SIGUSR1, SIGUSR2}); });
  weft::run([=] {
    std::raise(SIGUSR1);
    std::printf("got %d in the second run\n", *c.recv());
  });
  std::raise(SIGUSR2);
  std::printf("got %d after it\n", *c.recv());
  signals::stop(c);
  return 0;
}

/// Contexts that are made outside of the run in which their signal comes.
int context_outlives() {
  const auto before = signals::notify_context(weft::background(), {SIGINT});
  const auto after = signals::notify_context(weft::background(), {SIGTERM});
  weft::run([] { weft::yield(); });
  weft::run([&] {
    std::raise(SIGINT);
    before.done().recv();
    std::puts(before.cause().message().c_str());
  });
  std::raise(SIGTERM);
  after.done().recv();
  std::puts(after.cause().message().c_str());
  return 0;
}

/// main returns while a goroutine waits for a signal: that keeps nobody.
void abandoned() {
  const weft::chan<int> c(1);
  signals::notify(c, {SIGINT});
  weft::go([=] { c.recv(); });
  weft::yield();
}

/// Everybody waits until another process sends the signal.
void from_outside() {
  const weft::chan<int> c(1);
  signals::notify(c, {SIGTERM});
  const pid_t self = getpid();
  if (fork() == 0) {
    usleep(50'000);
    kill(self, SIGTERM);
    _exit(0);
  }
  std::printf("got %d\n", *c.recv());
}

void closed() {
  const weft::chan<int> c(1);
  signals::notify(c, {SIGUSR1});
  c.close();
  std::raise(SIGUSR1);
  weft::chan<int>().recv();
}

int main() {
  scene("closed").play([] { return weft::run(closed); });
  scene("stopped").play([] { return weft::run(stopped); });
  scene("reset").play([] { return weft::run(reset); });
  scene("quit").play([] { return weft::run(quit); });
  scene("quit after ignore").play(quit_after_ignore);
  scene("nohup").play(nohup);
  scene("outlives").play(outlives);
  scene("context outlives").play(context_outlives);
  scene("abandoned").play([] { return weft::run(abandoned); });
  scene("from outside").play([] { return weft::run(from_outside); });
}

// SPDX-License-Identifier: Apache-2.0
// sentence: a program that waits for a signal is not deadlocked, and after stop it is
// guarantee: K3.7
// not-under: thread (it holds signals back until the program calls into it)
// engines: both
// seconds: 60
// expect-stdout: ^\[waits\] out: got 14\n\[waits\] exit 0$
// expect-stdout: ^\[library\] out: got 14\n\[library\] exit 0$
// expect-stdout: ^\[stopped\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[stopped\] exit 2$
// expect-stdout: ^\[never\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[never\] exit 2$
// expect-stdout: ^\[cut short\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[cut short\] exit 2$
// expect-stdout: ^\[main gone\] out: got 14\n\[main gone\] exit 0$
// expect-stdout-not: \[waits\] err|\[library\] err|did not end
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace signals = weft::signals;

void waits() {
  const weft::chan<int> c(1);
  signals::notify(c, {SIGALRM});
  ualarm(200'000, 0);
  std::printf("got %d\n", *c.recv());
}

int library() {
  waits();
  return 0;
}

void stopped() {
  const weft::chan<int> c(1);
  signals::notify(c, {SIGALRM});
  signals::stop(c);
  c.recv();
}

/// That a program could use signals does not matter.
void never() {
  signals::stop(weft::chan<int>(1));
  weft::chan<int>().recv();
}

/// A run ends while a goroutine is in stop: what it has begun is done without it.
int cut_short() {
  const weft::chan<int> c(8);
  bool cut = false;
  for (int round = 0; round < 200 && !cut; ++round) {
    std::atomic<int> at{0};
    weft::run(
        [&] {
          signals::notify(c, {SIGUSR1});
          weft::go([&, c] {
            at = 1;
            std::raise(SIGUSR1);
            signals::stop(c);
            at = 2;
          });
          while (at == 0) weft::yield();
        },
        {.workers = 1});
    cut = at == 1;
    signals::stop(c);
  }
  return weft::run([] { weft::chan<int>().recv(); });
}

void main_gone() {
  weft::go([] {
    waits();
    std::exit(0);
  });
  weft::goexit();
}

int main() {
  scene("waits").play([] { return weft::run(waits); });
  scene("library").play(library);
  scene("stopped").play([] { return weft::run(stopped); });
  scene("never").play([] { return weft::run(never); });
  scene("cut short").play(cut_short);
  scene("main gone").play([] { return weft::run(main_gone); });
}

// SPDX-License-Identifier: Apache-2.0
// sentence: a program that waits for a signal is not deadlocked, and after stop it is
// guarantee: K3.7
// engines: both
// seconds: 60
// expect-stdout: ^\[waits\] out: got 14\n\[waits\] exit 0$
// expect-stdout: ^\[library\] out: got 14\n\[library\] exit 0$
// expect-stdout: ^\[stopped\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[stopped\] exit 2$
// expect-stdout: ^\[never\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[never\] exit 2$
// expect-stdout: ^\[main gone\] out: got 14\n\[main gone\] exit 0$
// expect-stdout-not: \[waits\] err|\[library\] err|did not end
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
  scene("main gone").play([] { return weft::run(main_gone); });
}

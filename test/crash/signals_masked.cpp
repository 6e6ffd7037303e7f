// SPDX-License-Identifier: Apache-2.0
// sentence: a signal that every thread of the program holds back is delivered all the same
// guarantee: K3.8
// engines: sched
// seconds: 60
// expect-stdout: ^\[masked\] out: got 15\n\[masked\] out: got 15\n\[masked\] exit 0$
// expect-stdout-not: did not end
#include <csignal>
#include <cstdio>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace signals = weft::signals;

void hold_back(int number) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void masked() {
  for (int i = 0; i < 2; ++i) {
    const weft::chan<int> c(1);
    signals::notify(c, {SIGTERM});
    kill(getpid(), SIGTERM);
    std::printf("got %d\n", *c.recv());
    signals::stop(c);
  }
}

int main() {
  scene("masked").play([] {
    hold_back(SIGTERM);
    return weft::run(masked);
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// Go's TestAtomicStop: while one goroutine stops the notification, the signal comes. It must either be sent to the
// channel or end the process; the third possibility is that it was lost.
//
// sentence: a signal that comes while stop is being called is either delivered or ends the program
// guarantee: K3.4
// engines: both
// not-under: thread (it holds back signals until a loop calls something)
// seconds: 120
// expect-stdout: signal 2
// expect-stdout: delivered ten
// expect-stdout: ^all played$
// expect-stdout-not: lost|did not end|err:
#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace signals = weft::signals;

void spin(int rounds) {
  for (volatile int i = 0; i < rounds;) i = i + 1;
}

/// `ahead` has a start over `behind`; with a negative number of rounds it has ended by then.
template <class Ahead, class Behind>
void race(Ahead ahead, Behind behind, int rounds) {
  std::atomic<bool> now{false};
  std::thread other([&] {
    now = true;
    ahead();
  });
  while (!now) continue;
  spin(rounds);
  if (rounds < 0) other.join();
  behind();
  if (rounds >= 0) other.join();
}

/// One try; ends by the signal, or returns whether the channel got it.
bool delivered(bool signal_ahead, int rounds) {
  const weft::chan<int> c(1);
  signals::notify(c, {SIGINT});
  const auto send = [] { kill(getpid(), SIGINT); };
  const auto stop = [&] { signals::stop(c); };
  if (signal_ahead) {
    race(send, stop, rounds);
  } else {
    race(stop, send, rounds);
  }
  return c.len() == 1;
}

int main() {
  for (int child = 0; child < 40; ++child) {
    scene("try").play([=] {
      return weft::run([=] {
        for (int i = 0; i < 100; ++i) {
          if (!delivered(i < 90, i <= 10 ? -1 : child * 10 + i % 10 * 20)) {
            std::puts("lost");
            return 1;
          }
          if (i == 10) std::puts("delivered ten");
          std::fflush(stdout);
        }
        return 0;
      });
    });
  }
  std::puts("all played");
}

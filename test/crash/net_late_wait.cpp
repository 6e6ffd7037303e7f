// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: D2.3 N1.5
// sentence: a goroutine that waits for a socket when its run is over hides no deadlock of the next
// seconds: 60
// expect-stdout: ^\[waits late\] out: waits\n\[waits late\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[waits late\] exit 2$
#include <array>
#include <atomic>
#include <cstdio>
#include <utility>

#include "scene.hpp"
#include "weft/weft.hpp"

std::atomic<int> step{0};

int wait_late() {
  static auto pair = std::move(*weft::net::unix_pair());
  weft::run([] {
    weft::go([] {
      step = 1;
      while (step.load() != 2) continue;  // without a yield, beyond the end of the run
      std::puts("waits");
      std::fflush(stdout);
      std::array<std::byte, 8> buffer{};
      static_cast<void>(pair.first.read(buffer));
    });
    while (step.load() != 1) continue;  // without a yield: main stays on its thread, the goroutine gets another
  });
  return weft::run([] {
    step = 2;
    weft::sleep_for(std::chrono::milliseconds(200));
    weft::chan<int>().recv();
  });
}

int main() { scene("waits late").play(wait_late, "GOMAXPROCS", "2"); }

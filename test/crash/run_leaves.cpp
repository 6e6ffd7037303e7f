// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: G7.5
// sentence: goroutines that compute for ever or sit in blocking calls do not keep run from returning
// seconds: 60
// expect-stdout: ^\[tight loop\] out: run returned\n\[tight loop\] out: and works again: 8\n\[tight loop\] exit 4$
// expect-stdout: ^\[blocking calls\] out: run returned\n\[blocking calls\] out: and works again: 8\n\[blocking calls\] exit 4$
// expect-stdout: ^\[calling thread\] out: main returns\n\[calling thread\] exit 4$
#include <unistd.h>

#include <atomic>
#include <cstdio>

#include "scene.hpp"
#include "weft/weft.hpp"

std::atomic<int> started{0};

/// Runs `main`, which must not leave the calling thread, and then an ordinary program.
template <class F>
int run_and_again(F main) {
  const int status = weft::run(main);
  std::puts("run returned");
  weft::run([] {
    weft::chan<int> c;
    weft::go([=] { c.send(8); });
    std::printf("and works again: %d\n", c.recv().value());
  });
  return status;
}

int leave_a_tight_loop() {
  return run_and_again([] {
    weft::go([] {
      ++started;
      for (volatile int forever = 1; forever != 0;) continue;
    });
    while (started.load() != 1) continue;  // without a yield: main stays on its thread, the goroutine gets another
    return 4;
  });
}

int leave_blocking_calls() {
  static int ends[2];
  if (pipe(ends) != 0) return 1;
  const auto read_one = [] {
    char byte = 0;
    return read(ends[0], &byte, 1);
  };
  return run_and_again([read_one] {
    weft::go([read_one] {
      ++started;
      weft::blocking(read_one);
    });
    weft::go([read_one] {
      ++started;
      read_one();
    });
    while (started.load() != 2) continue;
    return 4;
  });
}

bool on_calling_thread() { return gettid() == getpid(); }

int leave_the_calling_thread() {
  return weft::run([] {
    for (int i = 0; i < 3; ++i) {
      weft::go([] {
        while (on_calling_thread()) continue;
      });
    }
    while (on_calling_thread()) weft::yield();  // until another thread has main, and one of those has this one
    std::puts("main returns");
    return 4;
  });
}

int main() {
  scene("tight loop").play(leave_a_tight_loop, "GOMAXPROCS", "2");
  scene("blocking calls").play(leave_blocking_calls, "GOMAXPROCS", "4");
  scene("calling thread").play(leave_the_calling_thread, "GOMAXPROCS", "1");
}

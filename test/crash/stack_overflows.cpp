// SPDX-License-Identifier: Apache-2.0
// guarantee: S4
// sentence: stack overflow in main, on a chosen size, in a segment and beside others is reported by name; other faults not
// seconds: 40
// not-under: address (its own report of the deep frames comes first), thread (it reports the ordinary fault)
// expect-stdout: ^\[main\] err: fatal error: stack overflow\n\[main\] err: goroutine 1 exceeds its stack of 2[0-9]{5} bytes
// expect-stdout: ^\[main\] exit 2$
// expect-stdout: ^\[chosen size\] err: goroutine [0-9]+ exceeds its stack of 8[0-9]{6} bytes, started at .*stack_overflows\.cpp:[0-9]+$
// expect-stdout: ^\[chosen size\] exit 2$
// expect-stdout: ^\[segment\] err: goroutine [0-9]+ exceeds its stack of [0-9]{7} bytes, started at .*stack_overflows\.cpp:[0-9]+$
// expect-stdout: ^\[segment\] exit 2$
// expect-stdout: ^\[beside others\] err: goroutine [0-9]+ exceeds its stack of 2[0-9]{5} bytes, started at .*stack_overflows\.cpp:45$
// expect-stdout: ^\[ordinary fault\] exit 11$
// expect-stdout-not: \[ordinary fault\] err: .*stack overflow
#include <array>
#include <cstdio>

#include "scene.hpp"
#include "weft/weft.hpp"

volatile int deepest = 1 << 30;

[[gnu::noinline]] int deeper_and_deeper(int n) {
  std::array<volatile int, 64> frame;
  frame[0] = n;
  return n == deepest ? 0 : deeper_and_deeper(n + 1) + frame[0];
}

void dive() { std::printf("%d\n", deeper_and_deeper(0)); }

template <class Start>
int beside(Start start) {
  return weft::run([start] {
    start();
    weft::chan<int>().recv();
  });
}

void among_others() {
  for (int i = 0; i < 200; ++i) weft::go([] { weft::chan<int>().recv(); });
  for (int i = 0; i < 5; ++i)
    weft::go([] {
      for (;;) weft::yield();
    });
  weft::go(dive);
}

int fault_elsewhere() {
  signal(SIGSEGV, [](int) { _exit(11); });
  return beside([] {
    weft::go([] {
      volatile int* volatile nowhere = nullptr;
      *nowhere = 1;
    });
  });
}

int main() {
  scene("main").play([] { return weft::run(dive); });
  scene("chosen size").play([] { return beside([] { weft::go({.stack = 8 << 20}, dive); }); });
  scene("segment").play([] { return beside([] { weft::go([] { weft::ensure_stack(1 << 20, dive); }); }); });
  scene("beside others").play([] { return beside(among_others); }, "GOMAXPROCS", "4");
  scene("ordinary fault").play(fault_elsewhere);
}

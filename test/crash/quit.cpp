// SPDX-License-Identifier: Apache-2.0
// guarantee: D4.1 D4.2 G14.1
// sentence: SIGQUIT prints every goroutine and ends the process with status 2, unless the program handles it
// not-under: thread (it holds back signals until a loop calls something)
// seconds: 60
// expect-stdout: ^\[waiting\] out: before\n\[waiting\] err: SIGQUIT: quit$
// expect-stdout: ^\[waiting\] err: goroutine 1 \[
// expect-stdout: ^\[waiting\] err: goroutine [0-9]+ \[chan receive, 0x[0-9a-f]+, [0-9]+ ms\] \{a waiter\}:$
// expect-stdout: ^\[waiting\] err: goroutine [0-9]+ \[sleep, .*[0-9]+ ms\]:$
// expect-stdout: ^\[waiting\] err: .*a_function_with_a_name
// expect-stdout: ^\[waiting\] err:   started at .*quit\.cpp:[0-9]+$
// expect-stdout: ^\[waiting\] exit 2$
// expect-stdout: ^\[tight loop\] err: SIGQUIT: quit\n\[tight loop\] err: goroutine 1 \[running\]:$
// expect-stdout: ^\[tight loop\] exit 2$
// expect-stdout: ^\[library\] err: SIGQUIT: quit$
// expect-stdout: ^\[library\] err: goroutine [0-9]+ \[chan receive, .*\]:$
// expect-stdout: ^\[library\] exit 2$
// expect-stdout: ^\[own handler\] exit 7$
// expect-stdout-not: \[own handler\] err
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "scene.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

[[gnu::noinline]] int a_function_with_a_name(const weft::chan<int>& c) { return c.recv().value() + 1; }

void waiting() {
  std::puts("before");
  weft::go({.label = "a waiter"}, [] { a_function_with_a_name(weft::chan<int>()); });
  weft::go([] { weft::sleep_for(1h); });
  weft::testing::settle();
  kill(getpid(), SIGQUIT);
  weft::chan<int>().recv();
}

int tight_loop() {
  static std::atomic<bool> looping{false};
  std::thread([] {
    while (!looping.load()) usleep(100);
    kill(getpid(), SIGQUIT);
  }).detach();
  return weft::run([] {
    looping = true;
    for (volatile int forever = 1; forever != 0;) continue;
  });
}

int library() {
  weft::go([] { weft::chan<int>().recv(); });
  weft::sleep_for(20ms);
  kill(getpid(), SIGQUIT);
  weft::sleep_for(1h);
  return 0;
}

int own_handler() {
  signal(SIGQUIT, [](int) { _exit(7); });
  return weft::run([] {
    kill(getpid(), SIGQUIT);
    weft::chan<int>().recv();
  });
}

int main() {
  scene("waiting").play([] { return weft::run(waiting); });
  scene("tight loop").play(tight_loop);
  scene("library").play(library);
  scene("own handler").play(own_handler);
}

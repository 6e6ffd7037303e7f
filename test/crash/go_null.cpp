// SPDX-License-Identifier: Apache-2.0
// guarantee: G2
// sentence: go, spawn and wait_group.go of a null function are fatal where they are called, and no handler helps
// expect-stdout: ^\[null pointer\] out: before$
// expect-stdout-not: after
// expect-stdout: ^\[null pointer\] err: fatal error: go of nil func value$
// expect-stdout: ^\[null pointer\] err: goroutine 1 \[running\]:$
// expect-stdout: ^\[null pointer\] exit 2$
// expect-stdout: ^\[empty function\] err: fatal error: go of nil func value$
// expect-stdout: ^\[empty function\] exit 2$
// expect-stdout: ^\[spawn\] err: goroutine 1 \[running\]:$
// expect-stdout: ^\[spawn\] exit 2$
// expect-stdout: ^\[wait group\] err: goroutine 1 \[running\]:$
// expect-stdout: ^\[wait group\] exit 2$
#include <cstdio>
#include <functional>

#include "scene.hpp"
#include "weft/weft.hpp"

void null_pointer() {
  std::puts("before");
  void (*nothing)() = nullptr;
  try {
    weft::go(nothing);
  } catch (...) {
    std::puts("after: caught");
  }
  std::puts("after");
}

int spawned() {
  int (*nothing)() = nullptr;
  return weft::spawn(nothing).join();
}

void by_wait_group() {
  void (*nothing)() = nullptr;
  weft::wait_group all;
  all.go(nothing);
  all.wait();
}

int main() {
  scene("null pointer").play([] { return weft::run(null_pointer); });
  scene("empty function").play([] { return weft::run([] { weft::go(std::function<void()>()); }); });
  scene("spawn").play([] { return weft::run(spawned); });
  scene("wait group").play([] { return weft::run(by_wait_group); });
}

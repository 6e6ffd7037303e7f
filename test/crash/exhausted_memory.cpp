// SPDX-License-Identifier: Apache-2.0
// guarantee: S8.2
// sentence: when the system gives no memory for a stack or a segment the program ends and says so
// seconds: 40
// expect-stdout: ^\[stacks\] err: fatal error: out of memory: cannot map a goroutine's stack
// expect-stdout: ^\[stacks\] exit 2$
// expect-stdout: ^\[segments\] err: fatal error: out of memory: cannot map a stack segment of [0-9]+ bytes
// expect-stdout: ^\[segments\] exit 2$
#include <array>

#include "scene.hpp"
#include "weft/weft.hpp"

int start_many() {
  return weft::run([] {
    weft::chan<int> never;
    for (int i = 0; i < 1000; ++i) weft::go([=] { never.recv(); });
    never.recv();
  });
}

int descend(int depth) {
  return weft::ensure_stack(1 << 20, [depth] {
    std::array<volatile char, 100'000> frame;
    frame[0] = 1;
    __asm__ __volatile__("" : : "r"(frame.data()) : "memory");  // it is used, all of it
    return depth == 0 ? 0 : frame[0] + descend(depth - 1);
  });
}

/// With one worker: each keeps stacks of its own.
int descend_with_little_left() {
  const auto body = [] {
    weft::chan<int> started;
    weft::chan<int> never;
    for (int i = 0; i < 12; ++i) {
      weft::go([=] {
        started.send(1);
        never.recv();
      });
      started.recv();
    }
    return descend(2000);
  };
  return weft::run(body, {.workers = 1});
}

int main() {
  scene("stacks").play(start_many, "WEFT_FAULT", "stack:40");
  scene("segments").play(descend_with_little_left, "WEFT_FAULT", "stack:17");
}

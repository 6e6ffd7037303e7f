// SPDX-License-Identifier: Apache-2.0
//
// A recursion that needs a big stack. The lesson's table lets the stack of a goroutine grow to one gigabyte; C++ cannot
// move a stack that has pointers into it, so weft offers two ways. A goroutine may be started with a stack as large as
// it will need, which costs only what it touches; and ensure_stack() continues on a further segment when little is
// left, so that an ordinary goroutine can recurse as far as it likes.
//
// sentence: a goroutine recurses through 64 MiB of stack
// engines: both
// expect-exit: 0
// expect-output-exact:
//   with a large stack: depth 4096
//   growing on demand: depth 4096
#include <weft/weft.hpp>

#include <cstddef>
#include <cstdio>

constexpr std::size_t frame_size = 16 << 10;
constexpr int depth = 4096;  // calls of one frame each: 64 MiB

/// Needs all the frames at once: the addition comes after the call.
int recurse(int calls) {
  volatile char frame[frame_size];
  frame[0] = 1;
  if (calls == 1) return frame[0];
  return recurse(calls - 1) + frame[0];
}

int recurse_growing(int calls) {
  int reached = 0;
  weft::ensure_stack(2 * frame_size, [&] {
    volatile char frame[frame_size];
    frame[0] = 1;
    reached = (calls == 1 ? 0 : recurse_growing(calls - 1)) + frame[0];
  });
  return reached;
}

int main() {
  return weft::run([] {
    weft::chan<int> reached;
    weft::go({.stack = 256 << 20}, [=] { reached.send(recurse(depth)); });
    std::printf("with a large stack: depth %d\n", reached.recv().value());

    weft::go([=] { reached.send(recurse_growing(depth)); });
    std::printf("growing on demand: depth %d\n", reached.recv().value());
  });
}

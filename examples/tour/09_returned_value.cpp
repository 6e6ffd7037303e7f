// SPDX-License-Identifier: Apache-2.0
//
// What a goroutine returns is ignored, the lesson says, and asks how to get data back. Three ways to start the same
// function: go() drops its result; a channel brings it back, as in Go; spawn() keeps it in a task, and join() waits for
// it, as a C++ programmer would expect from a future.
//
// sentence: go ignores a result, a channel or a task brings it back
// engines: both
// expect-exit: 0
// expect-output-exact:
//   ignored
//   through a channel: 42
//   from a task: 42
#include <weft/weft.hpp>

#include <cstdio>

int answer() { return 6 * 7; }

int main() {
  return weft::run([] {
    weft::go(answer);
    std::puts("ignored");

    weft::chan<int> result;
    weft::go([=] { result.send(answer()); });
    std::printf("through a channel: %d\n", result.recv().value());

    weft::task<int> task = weft::spawn(answer);
    std::printf("from a task: %d\n", task.join());
  });
}

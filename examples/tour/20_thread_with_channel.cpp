// SPDX-License-Identifier: Apache-2.0
//
// Threads have no easy way to talk to each other, the lesson's table says; with weft they have the channels of the
// goroutines. A std::thread that weft knows nothing of sends numbers, a goroutine squares them, and the thread receives
// the squares: it sleeps in the kernel where a goroutine would be set aside.
//
// sentence: a plain thread and a goroutine talk over channels
// expect-exit: 0
// expect-output-exact:
//   the thread received 1
//   the thread received 4
//   the thread received 9
//   the goroutine has seen the channel closed
#include <weft/weft.hpp>

#include <cstdio>
#include <thread>

int main() {
  weft::chan<int> numbers, squares;
  weft::chan<weft::unit> closed;

  // No run(): the first go() starts the runtime, and main, too, is a plain thread.
  weft::go([=] {
    for (int n : numbers) squares.send(n * n);
    closed.close();
  });

  std::thread thread([=] {
    for (int n = 1; n <= 3; ++n) {
      numbers.send(n);
      std::printf("the thread received %d\n", squares.recv().value());
    }
    numbers.close();
  });
  thread.join();
  closed.recv();
  std::puts("the goroutine has seen the channel closed");
}

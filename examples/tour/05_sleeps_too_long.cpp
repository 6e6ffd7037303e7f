// SPDX-License-Identifier: Apache-2.0
//
// print_hello sleeps fifteen milliseconds, main only ten: main wakes first, returns, and the greeting is lost again.
// The lesson ends this row of programs by calling such sleeps a hack; 10_done_channel shows what to do instead.
//
// sentence: a goroutine that sleeps longer than main is not seen
// engines: both
// env: GOMAXPROCS=1
// expect-exit: 0
// expect-output-exact:
//   main execution started
//   main execution stopped
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

void print_hello() {
  weft::sleep_for(15ms);
  std::puts("Hello World!");
}

int main() {
  return weft::run([] {
    std::puts("main execution started");

    weft::go(print_hello);

    weft::sleep_for(10ms);  // schedule another goroutine
    std::puts("main execution stopped");
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// Both sleep: print_hello one millisecond, main ten. For a while nobody can run and the worker rests; then print_hello
// wakes first. The lesson's point: only goroutines that are not asleep are candidates.
//
// sentence: of two sleepers the one with the shorter sleep runs first
// engines: both
// env: GOMAXPROCS=1
// expect-exit: 0
// expect-output-exact:
//   main execution started
//   Hello World!
//   main execution stopped
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

void print_hello() {
  weft::sleep_for(1ms);
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

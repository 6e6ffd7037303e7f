// SPDX-License-Identifier: Apache-2.0
//
// main sleeps, so another goroutine is scheduled: the lesson's first cure. A goroutine that sleeps is set aside, its
// worker runs print_hello, and when the ten milliseconds are over main goes on.
//
// sentence: a goroutine that sleeps lets others run meanwhile
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

void print_hello() { std::puts("Hello World!"); }

int main() {
  return weft::run([] {
    std::puts("main execution started");

    weft::go(print_hello);

    weft::sleep_for(10ms);  // schedule another goroutine
    std::puts("main execution stopped");
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// An anonymous goroutine: the function is written where it is started, as a lambda. The lesson remarks that all
// goroutines are anonymous, since none has an identity that a program could ask for; this one's function has no name
// either.
//
// sentence: a lambda is started as a goroutine where it is written
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

int main() {
  return weft::run([] {
    std::puts("main execution started");

    weft::go([] { std::puts("Hello World!"); });

    weft::sleep_for(10ms);  // schedule another goroutine
    std::puts("main execution stopped");
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// The same call as a goroutine, and it is not seen: the lesson's first surprise. go() returns at once, main prints its
// second line and returns, and with main the program ends, whatever else still wanted to run. The lesson runs all its
// goroutines on one core, as it advises, and so do this and the next programs (env, below): print_hello gets its turn
// only when main blocks, and here main never does. On several cores it is a race, which main nearly always wins.
//
// sentence: a goroutine that main does not wait for is not seen, because the program ends when main returns
// env: GOMAXPROCS=1
// expect-exit: 0
// expect-output-exact:
//   main execution started
//   main execution stopped
#include <weft/weft.hpp>

#include <cstdio>

void print_hello() { std::puts("Hello World!"); }

int main() {
  return weft::run([] {
    std::puts("main execution started");

    weft::go(print_hello);

    std::puts("main execution stopped");
  });
}

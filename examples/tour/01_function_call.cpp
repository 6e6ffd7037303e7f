// SPDX-License-Identifier: Apache-2.0
//
// An ordinary function call. The lesson on the anatomy of goroutines starts here: main calls print_hello, waits until
// it returns, and goes on. Nothing is concurrent yet; the next program changes one line.
//
// sentence: a function that is called runs before the caller goes on
// engines: both
// expect-exit: 0
// expect-output-exact:
//   main execution started
//   Hello World!
//   main execution stopped
#include <weft/weft.hpp>

#include <cstdio>

void print_hello() { std::puts("Hello World!"); }

int main() {
  return weft::run([] {
    std::puts("main execution started");

    print_hello();

    std::puts("main execution stopped");
  });
}

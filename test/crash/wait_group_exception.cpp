// SPDX-License-Identifier: Apache-2.0
//
// The waiter must not get away first and end the program with status 0.
//
// sentence: an exception that leaves a goroutine of a wait_group ends the program before anybody who waits goes on
// guarantee: M8.6
// engines: both
// expect-exit: 2
// expect-stderr: out of order
// expect-stdout-not: went on
#include <weft/weft.hpp>

#include <cstdio>
#include <stdexcept>

int main() {
  return weft::run([] {
    weft::wait_group all;
    all.go([] { throw std::runtime_error("out of order"); });
    all.wait();
    std::puts("went on");
  });
}

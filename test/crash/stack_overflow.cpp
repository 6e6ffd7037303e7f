// SPDX-License-Identifier: Apache-2.0
// guarantee: S4
// sentence: a goroutine that uses up its stack is reported by name
// not-under: address (the instrumented frames reach AddressSanitizer's own report first)
// expect-exit: 2
// expect-stdout: ^before$
// expect-stderr: ^fatal error: stack overflow$
// expect-stderr: ^goroutine [1-9][0-9]* exceeds its stack of 2[0-9]{5} bytes, started at .*stack_overflow\.cpp:[0-9]+$
// expect-stderr: deeper_and_deeper
#include <array>
#include <cstdio>

#include "weft/weft.hpp"

volatile int deepest = 1 << 30;

[[gnu::noinline]] int deeper_and_deeper(int n) {
  std::array<volatile int, 64> frame;
  frame[0] = n;
  return n == deepest ? 0 : deeper_and_deeper(n + 1) + frame[0];
}

int main() {
  return weft::run([] {
    std::puts("before");
    weft::go([] { std::printf("%d\n", deeper_and_deeper(0)); });
    weft::chan<int>().recv();
  });
}

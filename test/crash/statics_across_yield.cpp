// SPDX-License-Identifier: Apache-2.0
// guarantee: G10.3
// sentence: a loop that yields sees what other goroutines have written, however it is optimised
// env: GOMAXPROCS=1
// not-under: thread (plain variables shared without synchronisation are a race by its rules)
// expect-exit: 0
// expect-output-exact:
//   123
#include <cstdio>

#include "weft/weft.hpp"

// Nobody's address is taken: a compiler that looked into yield() could keep these in registers.
static bool flag;
static int counter;
static const char* text = "not yet";

[[gnu::optimize("O3")]] static void wait_for_flag() {
  while (!flag) weft::yield();
  std::printf("1");
}

[[gnu::optimize("O2")]] static void wait_for_counter() {
  while (counter < 100) weft::yield();
  std::printf("2");
}

[[gnu::optimize("O3")]] static void wait_for_text() {
  while (text[0] == 'n') weft::yield();
  std::printf("3");
}

int main() {
  return weft::run([] {
    weft::go([] {
      weft::yield();
      flag = true;
    });
    wait_for_flag();
    weft::go([] {
      for (; counter < 100; ++counter) weft::yield();
    });
    wait_for_counter();
    weft::go([] {
      weft::yield();
      text = "done";
    });
    wait_for_text();
    std::puts("");
  });
}

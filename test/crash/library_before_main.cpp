// SPDX-License-Identifier: Apache-2.0
// guarantee: G14.2
// sentence: goroutines may be started, and waited for, before main begins
// expect-exit: 0
// expect-output-exact:
//   before main: 5
//   in main: 6
#include <cstdio>

#include "weft/weft.hpp"

int ask(int n) {
  weft::chan<int> c;
  weft::go([=] { c.send(n); });
  return c.recv().value();
}

const int early = ask(5);

int main() {
  std::printf("before main: %d\n", early);
  std::printf("in main: %d\n", ask(6));
}

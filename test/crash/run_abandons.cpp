// SPDX-License-Identifier: Apache-2.0
// guarantee: G7.2
// sentence: when main returns the program ends at once, whatever others still do
// seconds: 8
// expect-exit: 0
// expect-output-exact:
//   main returns
#include <chrono>
#include <cstdio>

#include "weft/weft.hpp"

using namespace std::chrono_literals;

struct says {
  const char* what;
  ~says() { std::puts(what); }
};

int main() {
  return weft::run([] {
    weft::go([] {
      const says never{"unwound"};
      weft::sleep_for(1h);
      std::puts("slept");
    });
    weft::go([] {
      const says never{"unwound"};
      weft::chan<int>().recv();
    });
    for (int i = 0; i < 50; ++i)
      weft::go([] {
        for (;;) weft::yield();
      });
    weft::yield();
    std::puts("main returns");
  });
}

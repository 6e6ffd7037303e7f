// SPDX-License-Identifier: Apache-2.0
//
// sentence: a static group, or one that outlives its run, waits for nobody who will not come
// guarantee: E1.2 G7.2 G8
// engines: both
// expect-exit: 0
// expect-stdout: ^\[run returns\] out: run over\n\[run returns\] exit 7$
// expect-stdout: ^\[exit in the group\] exit 3$
// expect-stdout: ^\[exit beside it\] exit 4$
// expect-stdout: ^\[a place waited for\] out: gone\n\[a place waited for\] exit 0$
// expect-stdout: ^\[no run\] exit 5$
// expect-stdout-not: panic|deadlock
// seconds: 40
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

weft::group everlasting;

void block() { static_cast<void>(weft::chan<int>().recv(everlasting.context())); }

}  // namespace

int main() {
  scene("run returns").play([] {
    const int status = weft::run([] {
      everlasting.go(block);
      weft::sleep_for(1ms);
      return 7;
    });
    std::puts("run over");
    return status;
  });
  scene("exit in the group").play([] {
    return weft::run([] {
      everlasting.go([] { std::exit(3); });
      weft::sleep_for(3600s);
    });
  });
  scene("exit beside it").play([] {
    return weft::run([] {
      everlasting.go(block);
      weft::sleep_for(1ms);
      std::exit(4);
    });
  });
  scene("a place waited for").play([] {
    {
      weft::group full;
      full.limit(0);
      weft::run([&] {
        weft::go([&] { full.go(block); });
        weft::sleep_for(1ms);
      });
    }
    std::puts("gone");
    return 0;
  });
  scene("no run").play([] {
    everlasting.go(block);
    weft::sleep_for(1ms);
    return 5;
  });
}

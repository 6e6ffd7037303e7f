// SPDX-License-Identifier: Apache-2.0
// guarantee: G8
// sentence: std::exit and std::_Exit in any goroutine end the process at once with their status
// seconds: 40
// expect-stdout: ^\[_Exit\] exit 7$
// expect-stdout: ^\[exit\] out: static\n\[exit\] exit 6$
// expect-stdout-not: main goes on|unwound
#include <cstdio>
#include <cstdlib>

#include "scene.hpp"
#include "weft/weft.hpp"

struct says {
  const char* what;
  ~says() { std::puts(what); }
};

void end_by_exit() {
  static const says static_object{"static"};
  const says local_object{"unwound"};
  for (int i = 0; i < 10; ++i) weft::go([] { weft::chan<int>().recv(); });
  weft::go([] { std::exit(6); });
  weft::chan<int>().recv();
  std::puts("main goes on");
}

int main() {
  scene("_Exit").play([] {
    return weft::run([] {
      weft::go([] { std::_Exit(7); });
      weft::chan<int>().recv();
      std::puts("main goes on");
    });
  });
  scene("exit").play([] { return weft::run(end_by_exit); });
}

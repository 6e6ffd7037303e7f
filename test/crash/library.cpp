// SPDX-License-Identifier: Apache-2.0
// guarantee: G14.1
// sentence: without run: the end of main ends the program, sleeping and locking may come first, run may follow
// seconds: 40
// expect-stdout: ^\[main returns\] out: main\n\[main returns\] exit 3$
// expect-stdout: ^\[sleep first\] out: awake\n\[sleep first\] exit 0$
// expect-stdout: ^\[then run\] out: from before: 1\n\[then run\] exit 9$
// expect-stdout-not: slept
#include <chrono>
#include <cstdio>
#include <mutex>

#include "scene.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

int main_returns() {
  weft::chan<weft::unit> started;
  weft::go([=] {
    started.send({});
    for (;;) weft::yield();
  });
  weft::go([] {
    weft::sleep_for(1h);
    std::puts("slept");
  });
  weft::go([] { weft::chan<int>().recv(); });
  started.recv();
  std::puts("main");
  return 3;
}

int sleep_first() {
  weft::mutex m;
  const std::scoped_lock hold(m);
  weft::sleep_for(3ms);
  weft::after(1ms).recv();
  std::puts("awake");
  return 0;
}

int then_run() {
  weft::chan<int> c;
  weft::go([=] { c.send(1); });
  return weft::run([=] {
    std::printf("from before: %d\n", c.recv().value());
    return 9;
  });
}

int main() {
  scene("main returns").play(main_returns);
  scene("sleep first").play(sleep_first);
  scene("then run").play(then_run);
}

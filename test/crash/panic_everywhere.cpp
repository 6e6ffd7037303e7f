// SPDX-License-Identifier: Apache-2.0
// guarantee: G11.1 G11.3 G12.3 G13
// sentence: panics and fatal errors in main, on foreign threads, several at once, and inside handlers that catch all
// seconds: 40
// expect-stdout: ^\[main\] err: panic: in main\n\[main\] err: goroutine 1 \[running\]:$
// expect-stdout: ^\[main\] exit 2$
// expect-stdout: ^\[foreign thread\] err: panic: from outside\n(\[foreign thread\] err: .*\n)*\[foreign thread\] reports: 1\n\[foreign thread\] exit 2$
// expect-stdout: ^\[catch\] err: panic: cannot be caught$
// expect-stdout: ^\[catch\] exit 2$
// expect-stdout: ^\[catch deadlock\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[catch deadlock\] exit 2$
// expect-stdout-not: caught by a handler
// expect-stdout: ^\[at once\] err: panic: number [0-9]+\n\[at once\] err: goroutine [0-9]+ \[running\]:$
// expect-stdout: ^\[at once\] reports: 1\n\[at once\] exit 2$
// expect-stdout: ^\[long\] err: panic: x{400,}$
#include <cstdio>
#include <string>
#include <thread>

#include "scene.hpp"
#include "weft/weft.hpp"

void on_foreign_thread() {
  std::thread foreign([] { weft::panic("from outside"); });
  weft::blocking([&foreign] { foreign.join(); });
}

template <class F>
void catch_all(F f) {
  try {
    f();
  } catch (...) {
    std::puts("caught by a handler");
  }
}

void eight_at_once() {
  weft::chan<int> gate;
  for (int i = 0; i < 8; ++i) {
    weft::go([=] {
      gate.recv();
      weft::panic("number " + std::to_string(i));
    });
  }
  weft::yield();
  gate.close();
  weft::chan<int>().recv();
}

int main() {
  scene("main").play([] { return weft::run([] { weft::panic("in main"); }); });
  scene("foreign thread").play([] { return weft::run(on_foreign_thread); });
  scene("catch").play([] { return weft::run([] { catch_all([] { weft::panic("cannot be caught"); }); }); });
  scene("catch deadlock").play([] { return weft::run([] { catch_all([] { weft::chan<int>().recv(); }); }); });
  scene("at once").play([] { return weft::run(eight_at_once); }, "GOMAXPROCS", "4");
  scene("long").play([] { return weft::run([] { weft::panic(std::string(100'000, 'x')); }); });
}

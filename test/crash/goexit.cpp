// SPDX-License-Identifier: Apache-2.0
// guarantee: G9.4 G9.5 G9.6 G9.7
// sentence: goexit in main, swallowed, on a foreign thread and out of a noexcept function
// seconds: 40
// expect-stdout: ^\[alone\] err: fatal error: no goroutines \(main called goexit\) - deadlock!$
// expect-stdout: ^\[alone\] exit 2$
// expect-stdout: ^\[others\] out: unwound\n\[others\] out: worker done$
// expect-stdout: ^\[others\] err: fatal error: no goroutines \(main called goexit\) - deadlock!$
// expect-stdout: ^\[others\] exit 2$
// expect-stdout: ^\[blocked\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[blocked\] err: goroutine [0-9]+ \[chan receive, 0x[0-9a-f]+, [0-9]+ ms\]:$
// expect-stdout: ^\[then exit\] out: still here\n\[then exit\] exit 0$
// expect-stdout: ^\[swallowed\] err: panic: goexit was swallowed: a catch \(...\) must rethrow what it does not know$
// expect-stdout-not: went on
// expect-stdout: ^\[foreign thread\] err: panic: goexit on a thread that is no goroutine$
// expect-stdout: ^\[foreign thread\] exit 2$
// expect-stdout: ^\[noexcept\] err: panic: .*goexit
// expect-stdout: ^\[noexcept\] exit 2$
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "scene.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

struct says {
  const char* what;
  ~says() { std::puts(what); }
};

void with_others() {
  const says unwound{"unwound"};
  weft::go([] {
    weft::sleep_for(30ms);
    std::puts("worker done");
  });
  weft::goexit();
}

void with_blocked() {
  weft::chan<int> never;
  weft::go([=] { never.recv(); });
  weft::goexit();
}

void then_exit() {
  weft::go([] {
    for (int i = 0; i < 100; ++i) weft::yield();
    std::puts("still here");
    std::exit(0);
  });
  weft::goexit();
}

void swallowed() {
  weft::wait_group done;
  done.go([] {
    try {
      weft::goexit();
    } catch (...) {
    }
    std::puts("went on");
  });
  done.wait();
}

void on_foreign_thread() {
  std::thread foreign([] { weft::goexit(); });
  weft::blocking([&foreign] { foreign.join(); });
}

void leave() noexcept { weft::goexit(); }

void from_noexcept() {
  weft::wait_group done;
  done.go(leave);
  done.wait();
}

int main() {
  scene("alone").play([] { return weft::run([] { weft::goexit(); }); });
  scene("others").play([] { return weft::run(with_others); });
  scene("blocked").play([] { return weft::run(with_blocked); });
  scene("then exit").play([] { return weft::run(then_exit); });
  scene("swallowed").play([] { return weft::run(swallowed); });
  scene("foreign thread").play([] { return weft::run(on_foreign_thread); });
  scene("noexcept").play([] { return weft::run(from_noexcept); });
}

// SPDX-License-Identifier: Apache-2.0
// guarantee: G11.2 G11.4 G12.2
// sentence: uncaught exceptions of every kind, in main, after a park, out of noexcept, and on foreign threads
// seconds: 40
// expect-stdout: ^\[main\] err: panic: uncaught exception my::failure: of my own\n\[main\] err: goroutine 1 \[running\]:$
// expect-stdout: ^\[main\] exit 2$
// expect-stdout-not: unwound
// expect-stdout: ^\[number\] err: panic: uncaught exception int$
// expect-stdout: ^\[wait group\] err: panic: uncaught exception std::runtime_error: no done$
// expect-stdout-not: waited
// expect-stdout: ^\[parked\] err: panic: uncaught exception std::logic_error: thrown before the park$
// expect-stdout: ^\[noexcept\] err: panic: uncaught exception std::runtime_error: may not pass$
// expect-stdout: ^\[terminate\] err: panic: std::terminate was called$
// expect-stdout: ^\[foreign thread\] err: the program's own handler\n\[foreign thread\] exit 9$
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <thread>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace my {
struct failure : std::exception {
  const char* what() const noexcept override { return "of my own"; }
};
}  // namespace my

int from_main() {
  try {
    return weft::run([] { throw my::failure(); });
  } catch (...) {
    std::puts("unwound to the caller of run");
    return 0;
  }
}

template <class F>
int in_goroutine(F f) {
  return weft::run([f] {
    weft::go(f);
    weft::chan<int>().recv();
  });
}

void in_wait_group() {
  weft::wait_group all;
  for (int i = 0; i < 3; ++i) all.go([] { throw std::runtime_error("no done"); });
  all.wait();
  std::puts("waited");
}

void after_a_park() {
  weft::chan<int> c;
  for (int i = 0; i < 4; ++i) {
    weft::go([=] {
      try {
        throw std::runtime_error("handled");
      } catch (const std::runtime_error&) {
        for (int v : c) {
          if (v < 0) weft::yield();
        }
      }
    });
  }
  try {
    throw std::logic_error("thrown before the park");
  } catch (const std::logic_error&) {
    for (int n = 0; n < 1000; ++n) c.send(n);
    throw;
  }
}

[[gnu::noinline]] void throw_error() { throw std::runtime_error("may not pass"); }
void let_nothing_pass() noexcept { throw_error(); }

int on_foreign_thread() {
  std::set_terminate([] {
    std::fputs("the program's own handler\n", stderr);
    std::_Exit(9);
  });
  return weft::run([] {
    std::thread foreign([] { throw std::runtime_error("outside"); });
    weft::blocking([&foreign] { foreign.join(); });
  });
}

int main() {
  scene("main").play(from_main);
  scene("number").play([] { return in_goroutine([] { throw 5; }); });
  scene("wait group").play([] { return weft::run(in_wait_group); });
  scene("parked").play([] { return in_goroutine(after_a_park); }, "GOMAXPROCS", "4");
  scene("noexcept").play([] { return in_goroutine(let_nothing_pass); });
  scene("terminate").play([] { return in_goroutine([] { std::terminate(); }); });
  scene("foreign thread").play(on_foreign_thread);
}

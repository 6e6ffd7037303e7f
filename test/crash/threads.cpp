// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: W8.2
// sentence: one goroutine has one thread; ten thousand that wait have no more than there are workers
// not-under: address (it has a thread of its own), thread (likewise), migrate (whoever is woken goes to another worker), emulator (as address)
// seconds: 40
// expect-stdout: ^\[one\] out: 1 threads\n\[one\] exit 0$
// expect-stdout: ^\[many\] out: 10001 waiting, [1-5] threads\n\[many\] exit 0$
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iterator>

#include "scene.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

int threads() { return static_cast<int>(std::distance(std::filesystem::directory_iterator("/proc/self/task"), {})); }

void one_goroutine() {
  weft::chan<int> c(3);
  c.send(1);
  c.recv();
  weft::yield();
  weft::sleep_for(5ms);
  std::printf("%d threads\n", threads());
}

void many_waiting() {
  int ends[2];
  if (pipe(ends) != 0) return;
  weft::chan<int> never;
  weft::mutex m;
  m.lock();
  weft::wait_group none;
  none.add(1);
  for (int i = 0; i < 2500; ++i) {
    weft::go([=] { never.recv(); });
    weft::go([] { weft::sleep_for(1h); });
    weft::go([&m] { m.lock(); });
    weft::go([&none] { none.wait(); });
  }
  weft::go([&ends] { static_cast<void>(weft::wait_readable(ends[0])); });
  weft::testing::settle();
  std::printf("%zu waiting, %d threads\n", weft::testing::count().waiters, threads());
  std::fflush(nullptr);
  _exit(0);
}

int main() {
  scene("one").play([] { return weft::run(one_goroutine); }, "GOMAXPROCS", "4");
  scene("many").play([] { return weft::run(many_waiting); }, "GOMAXPROCS", "2");
}

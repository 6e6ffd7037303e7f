// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: W8.1
// sentence: a program in which everybody waits takes no processor time
// env: GOMAXPROCS=4
// seconds: 20
// expect-exit: 0
// expect-stdout: ms of processor time in 300 ms$
#include <sys/resource.h>

#include <chrono>
#include <cstdio>

#include "weft/weft.hpp"

using namespace std::chrono_literals;

double processor_milliseconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto ms = [](const timeval& t) {
    return 1e3 * static_cast<double>(t.tv_sec) + 1e-3 * static_cast<double>(t.tv_usec);
  };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

int main() {
  return weft::run([] {
    weft::chan<int> never;
    for (int i = 0; i < 1000; ++i) weft::go([=] { never.recv(); });
    for (int i = 0; i < 100; ++i) weft::go([] { weft::sleep_for(1h); });
    // The watchdog goes to sleep a while after everybody else: the longer, the busier the machine is.
    double used = 5;
    for (int period = 0; period < 10 && used >= 5; ++period) {
      const double before = processor_milliseconds();
      weft::sleep_for(300ms);
      used = processor_milliseconds() - before;
    }
    std::printf("%.2f ms of processor time in 300 ms\n", used);
    return used < 5 ? 0 : 1;
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// A goroutine that never blocks can starve the thread it runs on and everybody with it; the lesson calls that bad
// programming and says no more. Here one spins in a loop without a single call into weft, on the only worker. A
// watchdog notices after ten milliseconds, leaves the spinner its thread and gives its worker's token to another one.
//
// sentence: a goroutine that never blocks starves nobody
// expect-exit: 0
// expect-output-exact:
//   a goroutine spins on the only worker
//   100 others ran all the same
#include <weft/weft.hpp>

#include <atomic>
#include <cstdio>

int main() {
  std::atomic<bool> spinning = false, enough = false;

  return weft::run(
      [&] {
        auto hog = weft::spawn([&] {
          spinning = true;
          while (!enough) continue;
        });
        while (!spinning) weft::yield();
        std::puts("a goroutine spins on the only worker");

        weft::wait_group others;
        for (int i = 0; i < 100; ++i) others.go([] { weft::yield(); });
        others.wait();
        std::puts("100 others ran all the same");
        enough = true;
        hog.join();
      },
      {.workers = 1});
}

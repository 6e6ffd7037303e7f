// SPDX-License-Identifier: Apache-2.0
//
// sentence: a static condition may go at exit while a goroutine waits for nothing else
// guarantee: M4.3 G14.1
// not-under: thread (what ends the process is not ordered with those who wait)
// engines: both
// expect-exit: 0
#include <cstdlib>

#include <weft/weft.hpp>

weft::condition c;

int main() {
  struct no_lock {
    void lock() {}
    void unlock() {}
  };
  return weft::run([] {
    weft::go([] {
      no_lock none;
      c.wait(none);
    });
    weft::sleep_for(std::chrono::milliseconds(1));
    std::exit(0);
  });
}

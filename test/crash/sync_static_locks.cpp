// SPDX-License-Identifier: Apache-2.0
//
// sentence: a static lock for which goroutines wait may go when the process ends
// guarantee: M4.3 G14.1
// not-under: thread (what ends the process is not ordered with those who wait)
// engines: both
// expect-exit: 0
// expect-stdout: ^the end$
#include <cstdio>

#include <weft/weft.hpp>

weft::mutex m;
weft::shared_mutex s;
weft::semaphore units(0);
weft::condition c;
weft::barrier b(2);

int main() {
  m.lock();
  s.lock();
  const int status = weft::run([] {
    for (int i = 0; i < 3; ++i) {
      weft::go([] { m.lock(); });
      weft::go([] { s.lock_shared(); });
      weft::go([] { units.acquire(); });
    }
    weft::go([] { b.arrive_and_wait(); });
    weft::go([] {
      weft::mutex mine;
      mine.lock();
      c.wait(mine);
    });
    weft::sleep_for(std::chrono::milliseconds(10));
  });
  std::puts("the end");
  return status;
}

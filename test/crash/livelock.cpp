// SPDX-License-Identifier: Apache-2.0
// guarantee: LL3.2
// sentence: two who try each other's lock end the program, if that was asked for
// engines: both
// env: WEFT_DIAG=livelock=abort,livelockafter=100
// seconds: 60
// expect-exit: 2
// expect-stderr: ^fatal error: livelock: 2 goroutines have kept each other from what they want for
// expect-stderr: ^goroutine [0-9]+ \[.*\] \{there\}:$
// expect-stderr: ^goroutine [0-9]+ \[.*\] \{back\}:$
#include <mutex>

#include "weft/weft.hpp"

namespace {

void insist(weft::mutex& own, weft::mutex& other, weft::barrier<>& met) {
  const std::scoped_lock hold(own);
  met.arrive_and_wait();
  while (!other.try_lock()) weft::sleep_for(std::chrono::microseconds(100));
}

}  // namespace

int main() {
  weft::mutex left, right;
  weft::barrier met(2);
  return weft::run([&] {
    weft::go({.label = "there"}, [&] { insist(left, right, met); });
    weft::go({.label = "back"}, [&] { insist(right, left, met); });
    weft::chan<int>().recv();
  });
}

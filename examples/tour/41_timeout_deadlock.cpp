// SPDX-License-Identifier: Apache-2.0
//
// The third reason for timeouts: an attempt to prevent deadlocks. It is the program of 29_deadlock, but whoever cannot
// get its second lock in time gives the first one back and tries again. A lock that can be waited for with a timeout is
// a channel with room for one: sending locks it, receiving unlocks it. The two are patient for different times, since
// with equal ones the deadlock could become a livelock, as in 31_livelock.
//
// sentence: a lock that is not waited for for ever does not deadlock
// engines: both
// expect-exit: 0
// expect-stdout: ^sum = 3$
// expect-stdout: ^sum = 3$
// expect-stdout: ^the deadlock was met and left: (yes|no)$
#include <weft/weft.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

struct guarded_value {
  explicit guarded_value(int v) : value(v) {}
  weft::chan<weft::unit> lock{1};
  int value;
};

bool lock_within(guarded_value& v, weft::clock::duration patience) {
  return weft::select(weft::on_send(v.lock, {}), weft::on_recv(weft::after(patience))) == 0;
}

int main() {
  return weft::run([] {
    guarded_value a(1), b(2);
    std::atomic<int> retries = 0;

    auto print_sum = [&](guarded_value& v1, guarded_value& v2, weft::clock::duration patience) {
      for (bool printed = false; !printed;) {
        v1.lock.send({});
        weft::sleep_for(20ms);
        if (lock_within(v2, patience)) {
          std::printf("sum = %d\n", v1.value + v2.value);
          printed = true;
          v2.lock.recv();
        } else {
          ++retries;
        }
        v1.lock.recv();
      }
    };

    weft::wait_group both;
    both.go([&] { print_sum(a, b, 10ms); });
    both.go([&] { print_sum(b, a, 200ms); });
    both.wait();
    std::printf("the deadlock was met and left: %s\n", retries > 0 ? "yes" : "no");
  });
}

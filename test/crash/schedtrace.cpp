// SPDX-License-Identifier: Apache-2.0
// guarantee: ME6
// sentence: WEFT_DEBUG=schedtrace prints a line of statistics now and then
// engines: sched
// env: WEFT_DEBUG=schedtrace=10,scheddetail=1
// env: GOMAXPROCS=2
// expect-stderr: ^SCHED [0-9]+ms: gomaxprocs=2 idleprocs=[0-9]+ threads=[0-9]+ runqueue=[0-9]+ \[[0-9]+ [0-9]+\] goroutines=[0-9]+ started=[0-9]+ turns=[0-9]+ parks=[0-9]+ yields=[0-9]+ steals=[0-9]+
// expect-stderr: ^SCHED .* late=[0-9.]+[um]s/[0-9.]+[um]s
// expect-stderr: ^  P1: thread=([0-9]+|none) goroutine=[0-9]+ runqsize=[0-9]+ blocking=[01] still=
#include "weft/metrics.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

int main() {
  return weft::run([] {
    weft::wait_group all;
    for (int i = 0; i < 4; ++i) {
      all.go([] {
        for (int round = 0; round < 100; ++round) weft::sleep_for(1ms);
      });
    }
    all.wait();
  });
}

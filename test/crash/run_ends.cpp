// SPDX-License-Identifier: Apache-2.0
// guarantee: G7.1 G7.3 G7.4 G7.6 G7.7 G7.8 D1.5
// sentence: the ends of run: status, report, deadlock while draining; run inside run, and what works after it
// seconds: 60
// expect-stdout: ^\[status\] exit 5$
// expect-stdout: ^\[report\] err: weft: goroutines left when main returned:$
// expect-stdout: ^\[report\] err: goroutine [0-9]+ \[chan receive, .*\] \{left behind\}:$
// expect-stdout: ^\[report\] err:   started at .*run_ends\.cpp:[0-9]+
// expect-stdout: ^\[report\] exit 0$
// expect-stdout: ^\[drain\] out: main returns\n\[drain\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[inside\] err: panic: run\(\) inside run\(\)
// expect-stdout: ^\[inside\] exit 2$
// expect-stdout: ^\[beside\] err: panic: run\(\) inside run\(\)
// expect-stdout: ^\[beside\] exit 2$
// expect-stdout: ^\[after others\] err: panic: in the last run\n\[after others\] err: goroutine 1 \[running\]:$
// expect-stdout: ^\[go after\] out: run returned$
// expect-stdout: ^\[go after\] err: panic: go\(\) after run\(\) has returned: the runtime has stopped$
// expect-stdout: ^\[channel after\] out: 1 2 3 end\n\[channel after\] exit 0$
// expect-stdout: ^\[wait after\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[wait after\] exit 2$
#include <cstdio>
#include <thread>

#include "scene.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

int report_what_is_left() {
  return weft::run(
      [] {
        weft::go({.label = "left behind"}, [] { weft::chan<int>().recv(); });
        weft::testing::settle();
      },
      {.report = true});
}

int drain_a_deadlock() {
  return weft::run(
      [] {
        weft::go([] { weft::chan<int>().recv(); });
        std::puts("main returns");
      },
      {.drain = true});
}

int run_beside_run() {
  return weft::run([] {
    std::thread second([] { weft::run([] {}); });
    weft::blocking([&second] { second.join(); });
  });
}

int panic_in_the_last_of_many() {
  for (int i = 0; i < 100; ++i) {
    weft::run([] {
      weft::chan<int> c;
      for (int n = 0; n < 5; ++n) weft::go([=] { c.recv(); });
      c.send(1);
    });
  }
  return weft::run([] { weft::panic("in the last run"); });
}

int go_after_run() {
  weft::run([] {});
  std::puts("run returned");
  weft::go([] {});
  return 0;
}

int channel_between_runs() {
  weft::chan<int> c(3);
  weft::run([=] { c.send(1); });
  c.send(2);
  weft::run([=] { c.send(3); });
  c.close();
  for (int v : c) std::printf("%d ", v);
  std::puts("end");
  return 0;
}

int wait_after_run() {
  weft::run([] {});
  weft::chan<int>().recv();
  return 0;
}

int main() {
  scene("status").play([] { return weft::run([] { return 5; }); });
  scene("report").play(report_what_is_left);
  scene("drain").play(drain_a_deadlock);
  scene("inside").play([] { return weft::run([] { return weft::run([] { return 3; }); }); });
  scene("beside").play(run_beside_run);
  scene("after others").play(panic_in_the_last_of_many);
  scene("go after").play(go_after_run);
  scene("channel after").play(channel_between_runs);
  scene("wait after").play(wait_after_run);
}

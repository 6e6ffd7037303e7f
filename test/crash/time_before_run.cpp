// SPDX-License-Identifier: Apache-2.0
//
// sentence: threads use timers before the first run, between runs and after the last
// guarantee: T8.3 T5.9
// engines: sched
// expect-output-exact:
//   before: received
//   before: ticked 3
//   before: called
//   run: over
//   after: received
//   after: gave up
//   run: again
// seconds: 60
#include <chrono>
#include <cstdio>
#include <thread>

#include "weft/weft.hpp"

using namespace std::chrono_literals;

namespace {

void before() {
  const weft::timer t(1ms);
  if (t.channel().recv()) std::puts("before: received");
  const weft::ticker ticks(1ms);
  int n = 0;
  while (n < 3 && ticks.channel().recv()) ++n;
  std::printf("before: ticked %d\n", n);
  const weft::chan<weft::unit> called;
  weft::after_func(1ms, [=] { called.send({}); });
  called.recv();
  std::puts("before: called");
}

void after() {
  const weft::timer t(1ms);
  if (weft::select(weft::on_recv(weft::chan<int>()), weft::on_recv(t.channel())) == 1) std::puts("after: received");
  if (weft::chan<int>().recv_for(1ms).error() == weft::errc::timed_out) std::puts("after: gave up");
}

}  // namespace

int main() {
  std::thread(before).join();
  weft::run([] {
    weft::after_func(2ms, [] { std::puts("a call of a run that is over"); });
    static_cast<void>(weft::select_for(0s, weft::on_recv(weft::after(3ms))));
  });
  std::puts("run: over");
  std::thread(after).join();
  weft::sleep_for(10ms);  // the delayed call has come due
  weft::run([] { weft::sleep_for(5ms); });
  std::puts("run: again");
}

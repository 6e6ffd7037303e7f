// SPDX-License-Identifier: Apache-2.0
// guarantee: D1.1 D1.5 D2.3 D2.4
// sentence: a program in which everybody waits, in whatever way and after whatever work, is a deadlock
// seconds: 120
// expect-stdout: ^\[alone\] out: before$
// expect-stdout: ^\[alone\] err: fatal error: all goroutines are asleep - deadlock!\n\[alone\] err: goroutine 1 \[chan receive, 0x[0-9a-f]+, [0-9]+ ms\]:$
// expect-stdout: ^\[locks\] err: goroutine [0-9]+ \[sync\.Mutex\.Lock, 0x[0-9a-f]+, [0-9]+ ms\]:$
// expect-stdout: ^\[null channel\] err: goroutine 1 \[chan receive \(nil chan\), [0-9]+ ms\]:$
// expect-stdout: ^\[empty select\] err: goroutine 1 \[select \(no cases\), [0-9]+ ms\]:$
// expect-stdout: ^\[after work\] out: worked$
// expect-stdout: ^\[after timeouts\] out: selected$
// expect-stdout: ^\[foreign main\] err: goroutine [0-9]+ \[chan send, 0x[0-9a-f]+, [0-9]+ ms\]:$
// expect-stdout: ^\[thread ended\] out: thread ends$
// expect-stdout: ^\[alone\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[alone\] reports: 1\n\[alone\] exit 2$
// expect-stdout: ^\[locks\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[locks\] reports: 1\n\[locks\] exit 2$
// expect-stdout: ^\[null channel\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[null channel\] reports: 1\n\[null channel\] exit 2$
// expect-stdout: ^\[empty select\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[empty select\] reports: 1\n\[empty select\] exit 2$
// expect-stdout: ^\[after work\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[after work\] reports: 1\n\[after work\] exit 2$
// expect-stdout: ^\[after timeouts\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[after timeouts\] reports: 1\n\[after timeouts\] exit 2$
// expect-stdout: ^\[signal handlers\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[signal handlers\] reports: 1\n\[signal handlers\] exit 2$
// expect-stdout: ^\[foreign main\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[foreign main\] reports: 1\n\[foreign main\] exit 2$
// expect-stdout: ^\[foreign threads\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[foreign threads\] reports: 1\n\[foreign threads\] exit 2$
// expect-stdout: ^\[thread ended\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[thread ended\] reports: 1\n\[thread ended\] exit 2$
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#include "scene.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

void wait_for_ever() { weft::chan<int>().recv(); }

void alone() {
  std::puts("before");
  wait_for_ever();
}

void locks() {
  weft::mutex a;
  weft::mutex b;
  weft::chan<int> both;
  weft::wait_group all;
  all.go([&] {
    const std::scoped_lock first(a);
    both.send(1);
    const std::scoped_lock second(b);
  });
  all.go([&] {
    const std::scoped_lock first(b);
    both.recv();
    const std::scoped_lock second(a);
  });
  all.wait();
}

void after_work() {
  weft::wait_group all;
  for (int i = 0; i < 200; ++i) {
    all.go([i] {
      weft::sleep_for(i * 10us);
      if (i % 10 == 0) weft::blocking([] { usleep(500); });
      weft::yield();
    });
  }
  all.wait();
  std::puts("worked");
  wait_for_ever();
}

void after_timeouts() {
  weft::chan<int> c(1);
  c.send(1);
  weft::select(weft::on_recv(c), weft::on_recv(weft::after(50ms)));
  std::puts("selected");
  c.recv();
}

void with_signal_handlers() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD}) signal(number, [](int) {});
  wait_for_ever();
}

int foreign_main() {
  weft::chan<int> a;
  weft::go([=] { a.send(1); });
  wait_for_ever();
  return 0;
}

void foreign_threads() {
  weft::chan<int> c;
  std::vector<std::thread> foreign;
  for (int i = 0; i < 3; ++i) foreign.emplace_back([=] { c.recv(); });
  for (int i = 0; i < 3; ++i) weft::go([=] { c.recv(); });
  c.recv();
}

void thread_ended() {
  std::thread([] {
    usleep(100'000);
    std::puts("thread ends");
    std::fflush(stdout);
  }).detach();
  wait_for_ever();
}

int main() {
  scene("alone").play([] { return weft::run(alone); });
  scene("locks").play([] { return weft::run(locks); });
  scene("null channel").play([] { return weft::run([] { weft::chan<int>(nullptr).recv(); }); });
  scene("empty select").play([] { return weft::run([] { weft::select(); }); });
  scene("after work").play([] { return weft::run(after_work); }, "GOMAXPROCS", "4");
  scene("after timeouts").play([] { return weft::run(after_timeouts); });
  scene("signal handlers").play([] { return weft::run(with_signal_handlers); });
  scene("foreign main").play(foreign_main);
  scene("foreign threads").play([] { return weft::run(foreign_threads); });
  scene("thread ended").play([] { return weft::run(thread_ended); });
}

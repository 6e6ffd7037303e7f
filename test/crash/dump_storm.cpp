// SPDX-License-Identifier: Apache-2.0
//
// Dumps while everything moves: goroutines start, end, grow stacks and allocate, runs end and begin, and signals come
// in the middle of it.
//
// guarantee: BI6 BI6.1 BI6.2 BI6.3
// sentence: dumps, traces and profiles may be asked for at any moment, from any thread, as often as anybody likes
// engines: sched
// not-under: thread (reading what others write is what a dump does; it holds back signals, too)
// env: GOMAXPROCS=4
// seconds: 300
// expect-stdout: ^\[churn\] out: dumps: 60, runs: \d+$
// expect-stdout: ^\[churn\] exit 0$
// expect-stdout: ^\[storm\] err: SIGQUIT: quit$
// expect-stdout: ^\[storm\] exit 2$
// expect-stdout: ^\[storm in malloc\] err: SIGQUIT: quit$
// expect-stdout: ^\[storm in malloc\] exit 2$
// expect-stdout: ^\[full pipe\] out: bytes of the report: some$
// expect-stdout: ^\[full pipe\] exit 0$
// expect-stdout-not: did not end|signal|SIGQUIT: quit\n(.*\n)*.*SIGQUIT: quit\n(.*\n)*\[storm\] exit
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "scene.hpp"
#include "weft/stack.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

std::atomic<bool> over{false};

/// Goroutines that begin, talk, go deep and end, until `over`.
void churn() {
  weft::wait_group all;
  for (int i = 0; i < 8; ++i) {
    all.go([] {
      while (!over) {
        weft::chan<std::vector<int>> c;
        weft::go({.label = "short"}, [c] { c.send(std::vector<int>(100)); });
        weft::ensure_stack(256 * 1024, [&] { return c.recv().has_value(); });
        weft::go({.stack = 512 * 1024}, [c] { c.close(); });
        weft::yield();
      }
    });
  }
  all.wait();
}

int play_churn() {
  int runs = 0, dumps = 0;
  std::thread asks([&] {
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    for (; dumps < 60; ++dumps) {
      weft::dump_goroutines(null);
      static_cast<void>(weft::trace::save(null));
      static_cast<void>(weft::profile::save_goroutines("/dev/null"));
      static_cast<void>(weft::open_metrics_text());
    }
    over = true;
    close(null);
  });
  while (!over) {
    ++runs;
    weft::run([] {
      weft::go([] { churn(); });
      weft::sleep_for(std::chrono::milliseconds(2));  // and is left behind
    });
  }
  asks.join();
  std::printf("dumps: %d, runs: %d\n", dumps, runs);
  return 0;
}

/// Several threads and another process send what ends it, again and again.
int play_storm() {
  return weft::run([] {
    const pid_t self = getpid();
    if (fork() == 0) {
      for (int i = 0; i < 500 && kill(self, SIGQUIT) == 0; ++i) usleep(100);
      _exit(0);
    }
    for (int i = 0; i < 3; ++i) {
      std::thread([self] {
        for (;;) kill(self, SIGQUIT);
      }).detach();
    }
    churn();
  });
}

int play_storm_in_malloc() {
  return weft::run([] {
    std::thread([self = getpid()] {
      usleep(5000);
      for (;;) kill(self, SIGQUIT);
    }).detach();
    for (int i = 0; i < 4; ++i) {
      weft::go([] {
        for (;;) std::vector<std::string>(50, std::string(100, 'x'));
      });
    }
    for (;;) std::string(200, 'y').append(1000, 'z');
  });
}

/// Standard error is a pipe that does not block and that nobody reads.
int play_full_pipe() {
  int full[2];
  if (pipe2(full, O_NONBLOCK | O_CLOEXEC) != 0) return 1;
  return weft::run([&] {
    for (int i = 0; i < 90; ++i)
      weft::go({.label = "a label that makes the report long"}, [] { weft::chan<int>().recv(); });
    weft::testing::settle();
    for (int i = 0; i < 10; ++i) weft::dump_goroutines(full[1]);
    char byte = 0;
    std::printf("bytes of the report: %s\n", read(full[0], &byte, 1) == 1 ? "some" : "none");
  });
}

}  // namespace

int main() {
  scene("churn").play(play_churn);
  scene("storm").play(play_storm);
  scene("storm in malloc").play(play_storm_in_malloc);
  scene("full pipe").play(play_full_pipe);
}

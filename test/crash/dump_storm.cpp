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
// expect-stdout: ^\[churn\] out: dumps: 40, runs: 5$
// expect-stdout: ^\[churn\] exit 0$
// expect-stdout: ^\[storm\] err: SIGQUIT: quit$
// expect-stdout: ^\[storm\] exit 2$
// expect-stdout: ^\[storm in malloc\] err: SIGQUIT: quit$
// expect-stdout: ^\[storm in malloc\] exit 2$
// expect-stdout: ^\[full pipe\] out: read slowly: 90 of 90$
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
    for (; dumps < 40; ++dumps) {
      weft::dump_goroutines(null);
      if (dumps % 10 == 0) static_cast<void>(weft::trace::save(null));
      static_cast<void>(weft::profile::save_goroutines("/dev/null"));
      static_cast<void>(weft::open_metrics_text());
    }
    over = true;
    close(null);
  });
  for (; runs < 5; ++runs) {
    weft::run([] {
      weft::go([] { churn(); });
      weft::sleep_for(std::chrono::milliseconds(2));  // and is left behind
    });
  }
  weft::run([] { churn(); });
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

/// Where a text lies that nobody reads. Without it a compiler may leave out the text and then, as a loop that does
/// nothing may be taken to end, the loop.
volatile std::atomic<const void*> lies_at;

int play_storm_in_malloc() {
  return weft::run([] {
    std::thread([self = getpid()] {
      usleep(5000);
      for (;;) kill(self, SIGQUIT);
    }).detach();
    for (int i = 0; i < 4; ++i) {
      weft::go([] {
        for (;;) lies_at = std::vector<std::string>(50, std::string(100, 'x')).data();
      });
    }
    for (;;) lies_at = std::string(200, 'y').append(1000, 'z').data();
  });
}

std::string read_all(int fd, unsigned pause_us) {
  std::string text;
  char buffer[512];
  for (ssize_t n = read(fd, buffer, sizeof buffer); n > 0; n = read(fd, buffer, sizeof buffer)) {
    text.append(buffer, static_cast<std::size_t>(n));
    usleep(pause_us);
  }
  return text;
}

/// Standard error is a pipe that does not block, and that somebody reads slowly, or nobody.
int play_full_pipe() {
  int slow[2], full[2];
  if (pipe2(slow, O_CLOEXEC) != 0 || pipe2(full, O_CLOEXEC) != 0) return 1;
  for (const int end : {slow[1], full[1]}) fcntl(end, F_SETFL, O_NONBLOCK);
  return weft::run([&] {
    const weft::chan<int> never;
    constexpr char label[] = "a label that makes the report long";
    for (int i = 0; i < 90; ++i) weft::go({.label = label}, [never] { never.recv(); });
    weft::testing::settle();
    std::string text;
    std::thread reader([&] { text = read_all(slow[0], 500); });
    weft::dump_goroutines(slow[1]);
    close(slow[1]);
    reader.join();
    int labels = 0;
    for (auto at = text.find(label); at != std::string::npos; at = text.find(label, at + 1)) ++labels;
    std::printf("read slowly: %d of 90\n", labels);
    for (int i = 0; i < 10; ++i) weft::dump_goroutines(full[1]);
  });
}

}  // namespace

int main() {
  scene("churn").play(play_churn);
  scene("storm").play(play_storm);
  scene("storm in malloc").play(play_storm_in_malloc);
  scene("full pipe").play(play_full_pipe);
}

// SPDX-License-Identifier: Apache-2.0
//
// Class: livelock. Two people meet in a hallway; each steps aside, to the left and then to the right, at the same pace
// (Cox-Buday, "Concurrency in Go", chapter 1). Reported, if the user asks: within a window (LL1).
//
// sentence: corpus: two who step aside for each other
// guarantee: LL1.1
// engines: both
// expect-exit: 0
// seconds: 120
// env: WEFT_DIAG=livelock=100
// expect-stderr: ^weft: livelock suspected: goroutine [0-9]+, goroutine [0-9]+ and goroutine [0-9]+ go round in circles
// expect-stderr: \{walker\}
// expect-stdout: ^they gave up$
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>

#include "weft/livelock.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

struct hallway {
  std::atomic<int> left{0}, right{0};  // how many are about to go there
  std::atomic<bool> over{false};
  weft::mutex m;
  weft::condition pace;
  int standing = 0;  // under m: how many wait for the pace

  void take_step() {
    std::unique_lock hold(m);
    ++standing;
    pace.wait(hold);
  }

  void beat() {
    const std::scoped_lock hold(m);
    if (standing < 2) return;
    standing = 0;
    pace.notify_all();
  }

  bool try_direction(std::atomic<int>& direction) {
    ++direction;
    take_step();
    const bool passed = direction == 1 || over;
    if (!passed) take_step();
    --direction;
    return passed;
  }

  void walk() {
    while (!over && !try_direction(left) && !try_direction(right)) continue;
  }
};

hallway here;

}  // namespace

int main() {
  weft::on_livelock([](const weft::livelock_report& report) {
    std::fprintf(stderr, "weft: livelock suspected: %.*s\n", static_cast<int>(report.sentence().size()),
                 report.sentence().data());
    report.print(2);
    here.over = true;
  });
  return weft::run([] {
    weft::go({.label = "pace"}, [] {
      for (;;) {
        weft::sleep_for(1ms);
        here.beat();
      }
    });
    weft::wait_group walkers;
    for (int i = 0; i < 2; ++i) {
      walkers.add(1);
      weft::go({.label = "walker"}, [&] {
        here.walk();
        walkers.done();
      });
    }
    walkers.wait();
    std::puts("they gave up");
  });
}

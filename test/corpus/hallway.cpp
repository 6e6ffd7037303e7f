// SPDX-License-Identifier: Apache-2.0
//
// Class: livelock. Two people meet in a hallway; each steps aside for the other, to the left, to the right, at the same
// pace (Cox-Buday, "Concurrency in Go", chapter 1). There a counter tells who is on a side; here a side has a place for
// each, with a lock, and is free if the other's is. Reported, if the user asks: within a window (LL1). Nobody blocks
// for ever.
//
// blocking: no
// sentence: corpus: two who step aside for each other
// guarantee: LL1.1 LL3.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=livelock,livelockafter=100,sites
// expect-stderr: ^weft: livelock: 2 goroutines have kept each other from what they want for 0\.[0-9]+ s: goroutine [0-9]+ \{[a-z]+\} tried [0-9]+ times to lock mutex 0x[0-9a-f]+ \(made at .*hallway.cpp:[0-9]+\), which goroutine [0-9]+ held, .*, and none got it$
// expect-stderr: ^goroutine [0-9]+ \[.*\] \{alice\}:$
// expect-stderr: ^goroutine [0-9]+ \[.*\] \{barbara\}:$
// expect-stderr: try_side
// expect-stdout: ^they gave up, after more than 64 steps$
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <sstream>

#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

struct side {
  weft::mutex place[2];
};

struct hallway {
  side left, right;
  weft::mutex m;
  weft::condition cadence;
  int standing = 0;                // under m: how many wait for the next step
  std::atomic<bool> tired{false};  // written between two steps

  void take_step() {
    std::unique_lock hold(m);
    if (tired) return;
    ++standing;
    cadence.wait(hold);
  }

  /// The next step, once both stand.
  void beat(bool last) {
    const std::scoped_lock hold(m);
    if (last) tired = true;
    if (standing < 2 && !last) return;
    standing = 0;
    cadence.notify_all();
  }

  [[gnu::noinline]] bool try_side(side& there, int me, std::ostringstream& log) {
    const std::scoped_lock stand(there.place[me]);
    log << (&there == &left ? " left" : " right");
    take_step();
    const std::unique_lock alone(there.place[1 - me], std::try_to_lock);
    if (!alone) take_step();
    return alone.owns_lock();
  }

  void walk(int me, std::ostringstream& log) {
    while (!tired) {
      if (try_side(left, me, log) || try_side(right, me, log)) return;
    }
    log << " and tosses her hands up in exasperation";
  }
};

}  // namespace

int main() {
  return weft::run([] {
    hallway it;
    std::ostringstream alice, barbara;
    weft::wait_group people;
    people.add(2);
    weft::go({.label = "alice"}, [&] {
      it.walk(0, alice);
      people.done();
    });
    weft::go({.label = "barbara"}, [&] {
      it.walk(1, barbara);
      people.done();
    });
    weft::ticker ticks(1ms);
    for (int i = 0; i < 1000; ++i) {
      ticks.channel().recv();
      it.beat(false);
    }
    it.beat(true);
    people.wait();
    std::puts(alice.str().size() > 64 * sizeof " left right" / 2 ? "they gave up, after more than 64 steps"
                                                                 : "few steps");
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// That goroutines really run at the same time. Each of several goroutines spins, without calling the runtime, until it
// is its turn: if one of them had no worker, the others would spin for ever.
#include <unistd.h>

#include <atomic>

#include "harness.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

using weft::chan;
using weft::unit;

/// `count` goroutines take turns `rounds` times without ever giving up their workers.
void take_turns(int count, int rounds) {
  std::atomic<int> turn{0};
  weft::wait_group all;
  for (int me = 0; me < count; ++me) {
    all.go([&turn, me, count, rounds] {
      for (int round = 0; round < rounds; ++round) {
        while (turn.load() != round * count + me) continue;
        ++turn;
      }
    });
  }
  all.wait();
}

// With fewer processors than goroutines the kernel must take turns too, some milliseconds each.
constexpr int rounds_of_test = 5;

WEFT_TEST_WITH("W4.1", "as many goroutines as workers run at the same moment", .on = weft::test::sched_only,
               .workers = {2, 4}) {
  for (int i = 0; i < 5; ++i) take_turns(weft::gomaxprocs(), rounds_of_test);
}

WEFT_TEST_WITH("W4.1", "goroutines that a goroutine starts run beside it", .on = weft::test::sched_only,
               .workers = {2, 4}) {
  weft::wait_group outer;
  outer.go([] {
    weft::wait_group inner;
    inner.go([] { take_turns(weft::gomaxprocs(), rounds_of_test); });
    inner.wait();
  });
  outer.wait();
}

WEFT_TEST_WITH("W4.2", "workers that have gone to sleep are woken for new work", .on = weft::test::sched_only,
               .workers = {2, 4}) {
  for (int i = 0; i < 5; ++i) {
    weft::testing::settle();
    take_turns(weft::gomaxprocs(), rounds_of_test);
  }
}

WEFT_TEST_WITH("W4.2", "workers are woken while one of them watches descriptors", .on = weft::test::sched_only,
               .workers = {2, 4}) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  weft::wait_group reader;
  reader.go([&ends] { EXPECT_TRUE(weft::wait_readable(ends[0])); });
  for (int i = 0; i < 5; ++i) {
    weft::testing::settle();
    take_turns(weft::gomaxprocs(), rounds_of_test);
  }
  EXPECT_EQ(write(ends[1], "x", 1), 1);
  reader.wait();
  close(ends[0]);
  close(ends[1]);
}

WEFT_TEST_WITH("W4.2", "a goroutine whose waker computes on is run by another worker", .on = weft::test::sched_only,
               .workers = {2, 4, 64}) {
  for (int i = 0; i < 20; ++i) {
    std::atomic<bool> ran{false};
    chan<unit> gate;
    weft::wait_group done;
    done.go([&ran, gate] {
      gate.recv();
      ran = true;
    });
    weft::testing::settle();
    gate.send({});
    while (!ran) continue;  // without a word to the runtime
    done.wait();
  }
}

WEFT_TEST_WITH("W4.2", "a started goroutine runs though its starter computes on", .on = weft::test::sched_only) {
  for (int i = 0; i < 20; ++i) {
    std::atomic<bool> ran{false};
    weft::wait_group done;
    done.go([&ran] { ran = true; });
    while (!ran) continue;
    done.wait();
  }
}

}  // namespace

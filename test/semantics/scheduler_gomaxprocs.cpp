// SPDX-License-Identifier: Apache-2.0
//
// GOMAXPROCS by call. By environment and by default: test/crash/gomaxprocs_*.cpp.
#include <atomic>
#include <chrono>
#include <thread>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::chan;
using weft::unit;

WEFT_TEST("P5.1", "gomaxprocs returns the previous value; less than 1 only asks") {
  const int before = weft::gomaxprocs();
  EXPECT_GE(before, 1);
  EXPECT_EQ(weft::gomaxprocs(3), before);
  EXPECT_EQ(weft::gomaxprocs(0), 3);
  EXPECT_EQ(weft::gomaxprocs(-5), 3);
  EXPECT_EQ(weft::gomaxprocs(before), 3);
  EXPECT_EQ(weft::gomaxprocs(), before);
}

WEFT_TEST_WITH("P5.1", "run_options.workers is what gomaxprocs says", .on = weft::test::sched_only, .workers = {4}) {
  EXPECT_EQ(weft::gomaxprocs(), 4);
}

WEFT_TEST("P5.2", "num_cpu is at least 1 and does not change with gomaxprocs") {
  const int processors = weft::num_cpu();
  EXPECT_GE(processors, 1);
  const int before = weft::gomaxprocs(7);
  EXPECT_EQ(weft::num_cpu(), processors);
  weft::gomaxprocs(before);
}

/// Work of every kind, whose result is checked.
void work(weft::wait_group& all, std::atomic<int>& sum) {
  for (int i = 0; i < 40; ++i) {
    const chan<int> c(i % 3);
    all.go([=] {
      for (int n = 0; n < 30; ++n) {
        c.send(n);
        if (n % 7 == 0) weft::yield();
        if (n % 15 == 0) weft::sleep_for(20us);
      }
      c.close();
    });
    all.go([=, &sum] {
      for (int n : c) sum += n;
    });
  }
}

WEFT_TEST_WITH("P5.3", "gomaxprocs goes up and down while work is in flight, and nothing is lost", .seeds = 20) {
  const int before = weft::gomaxprocs();
  std::atomic<int> sum{0};
  weft::wait_group all;
  for (int round = 0; round < 6; ++round) {
    work(all, sum);
    for (const int n : {1, 5, 2, 16, 1, 3, 64, 1}) {
      weft::gomaxprocs(n);
      weft::yield();
    }
  }
  all.wait();
  EXPECT_EQ(sum.load(), 6 * 40 * (29 * 30 / 2));
  weft::gomaxprocs(before);
}

WEFT_TEST_WITH("P5.3", "several goroutines and threads may change gomaxprocs at once", .on = weft::test::sched_only) {
  const int before = weft::gomaxprocs();
  std::atomic<int> sum{0};
  weft::wait_group all;
  work(all, sum);
  std::thread foreign([] {
    for (int i = 0; i < 50; ++i) weft::gomaxprocs(1 + i % 5);
  });
  for (int g = 0; g < 4; ++g) {
    all.go([g] {
      for (int i = 0; i < 25; ++i) {
        weft::gomaxprocs(1 + (i + g) % 9);
        weft::yield();
      }
    });
  }
  all.wait();
  weft::blocking([&foreign] { foreign.join(); });
  EXPECT_EQ(sum.load(), 40 * (29 * 30 / 2));
  weft::gomaxprocs(before);
}

WEFT_TEST_WITH("P5.3", "raised while goroutines compute, gomaxprocs takes effect at once", .on = weft::test::sched_only,
               .workers = {1}) {
  weft::gomaxprocs(4);
  std::atomic<int> there{0};
  weft::wait_group all;
  for (int i = 0; i < 4; ++i) {
    all.go([&there] {
      ++there;
      while (there.load() != 4) continue;
    });
  }
  all.wait();
  weft::gomaxprocs(1);
}

WEFT_TEST_WITH("P5.3", "lowered while goroutines compute, gomaxprocs lets all of them end",
               .on = weft::test::sched_only, .workers = {4}) {
  std::atomic<bool> stop{false};
  std::atomic<int> started{0};
  weft::wait_group all;
  for (int i = 0; i < 4; ++i) {
    all.go([&] {
      ++started;
      while (!stop) continue;
    });
  }
  while (started.load() != 4) weft::yield();
  weft::gomaxprocs(1);
  for (int i = 0; i < 10; ++i) all.go([] { weft::yield(); });
  weft::sleep_for(5ms);
  stop = true;
  all.wait();
  weft::gomaxprocs(4);
}

}  // namespace

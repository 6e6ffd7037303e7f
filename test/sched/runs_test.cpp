// SPDX-License-Identifier: Apache-2.0
//
// Runs one after another, and what only worker threads can do in them.
#include <atomic>
#include <chrono>
#include <thread>

#include "harness.hpp"
#include "semantics/pipe_pair.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::test::pipe_pair;

bool wait_readable(const pipe_pair& p) { return weft::wait_readable(p.ends[0]).has_value(); }

WEFT_PLAIN_TEST("B3.7", "a wait that a run has left behind is forgotten; that of a foreign thread stays") {
  const pipe_pair left;
  const pipe_pair kept;
  std::thread foreign;
  weft::run([&] {
    weft::go([&left] { static_cast<void>(wait_readable(left)); });
    foreign = std::thread([&kept] { EXPECT_TRUE(wait_readable(kept)); });
    weft::sleep_for(5ms);
  });
  weft::run([&] {
    left.write_one();
    EXPECT_TRUE(wait_readable(left));
    EXPECT_EQ(left.read_one(), 1);
  });
  kept.write_one();
  foreign.join();
}

WEFT_PLAIN_TEST("B3.7", "a descriptor that a run has left somebody waiting for is waited for as ever") {
  const pipe_pair p;
  for (int run = 0; run < 3; ++run) {
    weft::run([&p] {
      weft::wait_group all;
      for (int i = 0; i < 2; ++i) all.go([&p] { EXPECT_TRUE(wait_readable(p)); });
      weft::sleep_for(1ms);
      p.write_one();
      all.wait();
      EXPECT_EQ(p.read_one(), 1);
      weft::go([&p] { static_cast<void>(wait_readable(p)); });
      weft::go([&p] { static_cast<void>(weft::wait_readable_for(1h, p.ends[0])); });
      weft::sleep_for(1ms);
    });
  }
}

WEFT_PLAIN_TEST("G7.7", "a goroutine that computes holds up nobody in a later run either") {
  constexpr weft::run_options alone{.workers = 1};
  weft::run(
      [] {
        weft::go([] {});
        weft::sleep_for(1ms);
      },
      alone);
  std::this_thread::sleep_for(150ms);  // not an order: long enough for whoever watches to fall asleep
  std::atomic<bool> stop{false};
  weft::run(
      [&stop] {
        weft::wait_group all;
        all.go([&stop] {
          while (!stop.load()) continue;
        });
        weft::yield();
        stop = true;
        all.wait();
      },
      alone);
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// The barrier. Its misuse is in test/crash/sync_locks_misuse.cpp.
#include <functional>
#include <memory>
#include <vector>

#include "sync_limits.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::barrier;
using weft::clock;

WEFT_TEST("M17.1 M14.7", "nobody passes a phase before all have arrived, and all see what was done before") {
  for (const int parties : {1, 2, 5}) {
    barrier b(parties);
    std::vector<int> at(static_cast<std::size_t>(parties), 0);
    weft::wait_group all;
    for (int g = 0; g < parties; ++g) {
      all.go([&, g] {
        for (int phase = 1; phase <= 10; ++phase) {
          at[static_cast<std::size_t>(g)] = phase;
          b.arrive_and_wait();
          for (const int each : at) EXPECT_EQ(each, phase);
          b.arrive_and_wait();
        }
      });
    }
    all.wait();
  }
}

WEFT_TEST("M17.2", "the completion function runs once per phase, after all arrivals and before anybody goes on") {
  std::atomic<int> arrived = 0;
  int phases = 0;
  barrier b(4, [&] {
    EXPECT_EQ(arrived, 4 * (phases + 1));
    weft::yield();
    ++phases;
  });
  weft::wait_group all;
  for (int g = 0; g < 4; ++g) {
    all.go([&] {
      for (int i = 1; i <= 10; ++i) {
        ++arrived;
        b.arrive_and_wait();
        EXPECT_GE(phases, i);
      }
    });
  }
  all.wait();
  EXPECT_EQ(phases, 10);
}

WEFT_TEST("M17.3", "who drops out arrives for this phase and is not expected in the next") {
  int phases = 0;
  barrier b(3, [&] { ++phases; });
  const pending one([&] { b.arrive_and_wait(); });
  b.arrive_and_drop();
  EXPECT_TRUE(one.waits());
  const pending two([&] { b.arrive_and_wait(); });
  EXPECT_TRUE(one.ended() && two.ended());
  EXPECT_EQ(phases, 1);
  const pending three([&] { b.arrive_and_wait(); });
  EXPECT_TRUE(three.waits());
  b.arrive_and_drop();
  EXPECT_TRUE(three.ended());
  EXPECT_EQ(phases, 2);
  b.arrive_and_wait();
  EXPECT_EQ(phases, 3);
}

WEFT_TEST("M17.4", "who gives up has not arrived, and may come again") {
  barrier b(2);
  caller_off ctx;
  EXPECT_EQ(how(b.arrive_and_wait_for(1ms)), "timed out");
  EXPECT_EQ(how(b.arrive_and_wait_until(clock::time_point())), "timed out");
  weft::task<std::string> called_off = weft::spawn([&] { return how(b.arrive_and_wait(ctx)); });
  settle();
  ctx.cancel();
  EXPECT_EQ(called_off.join(), "cancelled");
  EXPECT_EQ(how(b.arrive_and_wait(ctx)), "cancelled");
  const pending one([&] { b.arrive_and_wait(); });
  EXPECT_TRUE(one.waits());
  EXPECT_EQ(how(b.arrive_and_wait_for(0ms)), "ok");
  EXPECT_TRUE(one.ended());
}

WEFT_TEST("M17.4", "when the phase is complete nobody can give up any more") {
  const weft::chan<weft::unit> begun, end;
  barrier b(2, [=] {
    begun.send({});
    end.recv();
  });
  caller_off ctx;
  weft::task<std::string> called_off = weft::spawn([&] { return how(b.arrive_and_wait(ctx)); });
  settle();
  weft::task<void> last = weft::spawn([&] { b.arrive_and_wait(); });
  begun.recv();
  ctx.cancel();
  settle();
  end.send({});
  EXPECT_EQ(called_off.join(), "ok");
  last.join();
}

WEFT_TEST_WITH("M17.4", "a phase is complete with as many as are expected, whoever has given up meanwhile",
               .seeds = 100) {
  std::atomic<int> phases = 0, passed = 0;
  barrier b(3, [&] { ++phases; });
  weft::wait_group steady, fickle;
  for (int g = 0; g < 2; ++g) {
    steady.go([&] {
      for (int i = 0; i < 10; ++i) {
        b.arrive_and_wait();
        ++passed;
      }
    });
  }
  fickle.go([&] {
    for (int i = 0; i < 10;) {
      if (!b.arrive_and_wait_for(1us)) continue;
      ++i;
      ++passed;
    }
  });
  steady.wait();
  fickle.wait();
  EXPECT_EQ(phases, 10);
  EXPECT_EQ(passed, 30);
}

WEFT_TEST_WITH("M17.5", "a barrier may be destroyed by whoever has passed it with all others", .seeds = 50) {
  for (int i = 0; i < scaled(200); ++i) {
    auto b = std::make_unique<barrier<>>(2);
    weft::task<void> other = weft::spawn([&at = *b] { at.arrive_and_drop(); });
    b->arrive_and_wait();
    b.reset();
    other.join();
  }
}

WEFT_TEST("M17.2", "the completion function may be a std::function, or move-only") {
  int calls = 0;
  barrier<std::function<void()>> b(1, [&] { ++calls; });
  b.arrive_and_wait();
  barrier c(1, [&, p = std::make_unique<int>(2)] { calls += *p; });
  c.arrive_and_wait();
  EXPECT_EQ(calls, 3);
}

}  // namespace

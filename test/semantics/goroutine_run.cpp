// SPDX-License-Identifier: Apache-2.0
//
// run(): its result, what it abandons, what it waits for, and that it may be called again. Its exit statuses and
// misuse: test/crash/run_*.cpp.
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "harness.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::chan;
using weft::unit;

constexpr weft::run_options draining{.drain = true};

/// Counts how many of it exist.
struct counted {
  static std::atomic<int> alive;
  counted() { ++alive; }
  counted(const counted&) { ++alive; }
  counted& operator=(const counted&) = default;
  ~counted() { --alive; }
};
std::atomic<int> counted::alive{0};

WEFT_PLAIN_TEST("G7.1", "run returns what main returns, or 0") {
  EXPECT_EQ(weft::run([] { return 7; }), 7);
  EXPECT_EQ(weft::run([] {}), 0);
}

int plain_function() { return 9; }

WEFT_PLAIN_TEST("G7.1", "main may be a function, a constant, or something that can only be moved") {
  EXPECT_EQ(weft::run(plain_function), 9);
  EXPECT_EQ(weft::run(&plain_function), 9);
  const auto constant = [] { return 8; };
  EXPECT_EQ(weft::run(constant), 8);
  EXPECT_EQ(weft::run([owned = std::make_unique<int>(7)] { return *owned; }), 7);
}

WEFT_PLAIN_TEST("G7.1", "what main did is seen after run") {
  std::string log;
  weft::run([&log] {
    chan<unit> done;
    weft::go([&log, done] {
      log += "goroutine ";
      done.send({});
    });
    done.recv();
    log += "main";
  });
  EXPECT_EQ(log, "goroutine main");
}

WEFT_PLAIN_TEST("G7.2", "run returns at once though others are blocked, asleep or runnable, and unwinds none of them") {
  counted::alive = 0;
  const auto start = std::chrono::steady_clock::now();
  weft::run([] {
    chan<unit> never;
    chan<unit> started;
    for (int i = 0; i < 20; ++i) {
      weft::go([=] {
        const counted on_stack;
        started.send({});
        never.recv();
      });
      weft::go([=] {
        const counted on_stack;
        started.send({});
        weft::sleep_for(1h);
      });
      weft::go([=] {
        const counted on_stack;
        started.send({});
        for (;;) weft::yield();
      });
    }
    for (int i = 0; i < 60; ++i) started.recv();
  });
  EXPECT_LT(std::chrono::steady_clock::now() - start, 30s);
  EXPECT_EQ(counted::alive.load(), 60);
}

WEFT_PLAIN_TEST("G7.2", "the function of a goroutine that never ran is neither called nor destroyed") {
  counted::alive = 0;
  std::atomic<int> ran{0};
  for (int i = 0; i < 10; ++i) {
    weft::run([&] {
      for (int n = 0; n < 50; ++n) weft::go([c = counted(), &ran] { ++ran; });
    });
  }
  EXPECT_EQ(counted::alive.load() + ran.load(), 10 * 50);
}

struct waits_at_its_end {
  chan<int> for_ever{0};
  ~waits_at_its_end() {
    if (for_ever) for_ever.recv();
  }
  waits_at_its_end() = default;
  waits_at_its_end(waits_at_its_end&& other) noexcept : for_ever(std::exchange(other.for_ever, nullptr)) {}
};

WEFT_PLAIN_TEST("G7.2", "run returns although destructors of what it leaves behind would wait for ever") {
  for (int i = 0; i < 10; ++i) {
    weft::run([] {
      for (int n = 0; n < 5; ++n) {
        weft::go([w = waits_at_its_end()] {});
        weft::go([] {
          const waits_at_its_end on_stack;
          weft::yield();
        });
      }
    });
  }
}

WEFT_PLAIN_TEST("G7.2", "run returns while others are busy with channels, spawning and yielding") {
  for (int i = 0; i < 30; ++i) {
    weft::run([] {
      chan<int> ping;
      chan<int> pong(3);
      for (int n = 0; n < 4; ++n) {
        weft::go([=] {
          for (int v = 0;; ++v) ping.send(v);
        });
        weft::go([=] {
          for (int v : ping) pong.send(v);
        });
        weft::go([=] {
          for (;;) {
            pong.recv();
            weft::go([] { weft::yield(); });
          }
        });
      }
      for (int n = 0; n < 200; ++n) weft::yield();
    });
  }
}

WEFT_PLAIN_TEST("G7.3", "with drain, run waits for every goroutine, also for those that others start") {
  std::atomic<int> ended{0};
  weft::run(
      [&ended] {
        for (int i = 0; i < 10; ++i) {
          weft::go([&ended] {
            weft::sleep_for(2ms);
            weft::go([&ended] {
              weft::yield();
              ++ended;
            });
            ++ended;
          });
        }
      },
      draining);
  EXPECT_EQ(ended.load(), 20);
  EXPECT_EQ(weft::testing::count().goroutines, 0u);
}

WEFT_PLAIN_TEST("G7.7", "runs may follow each other, in number and from different threads") {
  int sum = 0;
  for (int i = 0; i < 100; ++i) {
    sum += weft::run([i] {
      chan<int> out;
      weft::go([=] { out.send(i); });
      return out.recv().value();
    });
  }
  EXPECT_EQ(sum, 4950);
  for (int i = 0; i < 5; ++i) {
    std::thread([] { EXPECT_EQ(weft::run([] { return 3; }, draining), 3); }).join();
  }
}

WEFT_PLAIN_TEST("G7.7", "a channel outlives its run: what is in it is there for the next") {
  chan<int> kept(4);
  weft::run([=] {
    for (int i = 0; i < 3; ++i) kept.send(i);
  });
  weft::run([=] {
    kept.close();
    int sum = 0;
    for (int v : kept) sum += v;
    EXPECT_EQ(sum, 3);
  });
}

WEFT_PLAIN_TEST("G7.7", "closing a channel on which a goroutine of an earlier run was left waiting is harmless") {
  chan<int> kept;
  for (int i = 0; i < 3; ++i) {
    weft::run([=] {
      chan<unit> started;
      for (int n = 0; n < 5; ++n) {
        weft::go([=] {
          started.send({});
          kept.recv();
        });
      }
      for (int n = 0; n < 5; ++n) started.recv();
      weft::testing::settle();
    });
  }
  weft::run([=] {
    kept.close();
    EXPECT_EQ(kept.recv(), std::nullopt);
  });
}

WEFT_PLAIN_TEST("G7.7", "deadlines of goroutines left behind do not fire in the next run") {
  for (int i = 0; i < 10; ++i) {
    weft::run([] {
      for (int n = 0; n < 20; ++n) weft::go([] { weft::sleep_for(5ms); });
      weft::yield();
    });
  }
  weft::run([] { weft::sleep_for(20ms); }, draining);
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// What a run leaves behind, and what comes after it: neither disturbs the other.
#include <atomic>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::chan;

/// Uses most of an ordinary stack.
void fill_stack() {
  char room[150 * 1024];
  std::memset(room, 1, sizeof room);
  __asm__ __volatile__("" : : "r"(room) : "memory");
}

WEFT_PLAIN_TEST("G7.7", "goroutines left behind on segments do not lend their stacks to the next run") {
  weft::run([] {
    for (int i = 0; i < 40; ++i) {
      weft::go([] {
        weft::ensure_stack(1 << 20, [] {
          for (;;) weft::yield();
        });
      });
    }
    for (int i = 0; i < 5; ++i) weft::yield();
  });
  weft::run([] {
    weft::wait_group all;
    for (int i = 0; i < 100; ++i) all.go(fill_stack);
    all.wait();
  });
}

WEFT_PLAIN_TEST("G7.7", "a select that was completed as its run ended is no longer found on its other channels") {
  const chan<int> a;
  const chan<int> b;
  for (const std::size_t stack : {std::size_t{64} * 1024, weft::go_options{}.stack}) {
    weft::run([&] {
      weft::go(weft::go_options{.stack = stack}, [&] {
        weft::select(weft::on_recv(a, [](std::optional<int>) {}), weft::on_recv(b, [](std::optional<int>) {}));
      });
      while (!a.try_send(1)) weft::yield();
    });
    weft::run([&] {
      weft::wait_group all;
      for (int i = 0; i < 20; ++i) all.go(fill_stack);
      all.wait();
      EXPECT_FALSE(b.try_send(7));
    });
  }
}

WEFT_PLAIN_TEST("G7.8", "the end of a run does not cut the sleep of a foreign thread short") {
  std::thread sleeper;
  std::thread receiver;
  weft::run([&] {
    sleeper = std::thread([] {
      const auto start = weft::clock::now();
      weft::sleep_for(60ms);
      EXPECT_GE(weft::clock::now() - start, 60ms);
    });
    receiver = std::thread([] {
      const auto start = weft::clock::now();
      EXPECT_TRUE(weft::after(60ms).recv().has_value());
      EXPECT_GE(weft::clock::now() - start, 60ms);
    });
    weft::sleep_for(10ms);
  });
  sleeper.join();
  receiver.join();
  const auto start = weft::clock::now();
  weft::sleep_for(1ms);
  EXPECT_GE(weft::clock::now() - start, 1ms);
}

WEFT_PLAIN_TEST("G7.7", "threads may wake goroutines while their run ends") {
  for (int round = 0; round < 50; ++round) {
    const chan<int> c;
    std::atomic<bool> stop{false};
    std::thread foreign([&] {
      while (!stop.load()) static_cast<void>(c.try_send(1));
    });
    weft::run([&c] {
      for (int i = 0; i < 20; ++i) {
        weft::go([c] {
          for (;;) c.recv();
        });
      }
      for (int i = 0; i < 20; ++i) weft::yield();
    });
    weft::run([] {
      weft::wait_group all;
      for (int i = 0; i < 20; ++i) all.go([] { weft::yield(); });
      all.wait();
    });
    stop = true;
    foreign.join();
  }
}

}  // namespace

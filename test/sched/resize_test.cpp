// SPDX-License-Identifier: Apache-2.0
//
// The books of the engine: tokens, idle lists and counts, after everything that moves them.
#include <atomic>
#include <chrono>
#include <thread>

#include "harness.hpp"
#include "sched/engine.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace weft::test {
namespace {

using namespace std::chrono_literals;
using detail::the;

struct books {
  std::uint32_t listed_tokens = 0;
  std::uint32_t owned_tokens = 0;
  std::uint32_t retired_in_use = 0;  // of [0, wanted)
  std::uint32_t counted_idle = 0;
  std::uint32_t counted_searching = 0;
  std::uint32_t active = 0;
};

books look() {
  books b;
  the.rest_lock.lock();
  for (const detail::token* t = the.idle_tokens; t != nullptr; t = t->next_idle) ++b.listed_tokens;
  for (std::uint32_t i = 0; i < the.made.load(); ++i) {
    const detail::token& t = *the.tokens[i].load();
    if (t.owner.load() != nullptr) ++b.owned_tokens;
    if (i < the.wanted.load() && t.retired.load()) ++b.retired_in_use;
  }
  b.counted_idle = the.idle.idle();
  b.counted_searching = the.idle.searching();
  b.active = the.active.load();
  the.rest_lock.unlock();
  return b;
}

bool balanced(const books& b, std::uint32_t wanted) {
  return b.listed_tokens == wanted - 1 && b.counted_idle == wanted - 1 && b.owned_tokens == 1 &&
         b.counted_searching == 0 && b.active == 1;
}

/// With everybody else asleep: the caller has one token, all others are listed, nobody searches. The watchdog may have
/// just sent somebody to look for work, so it is looked at again; a token that is lost stays lost.
void expect_balanced(std::uint32_t wanted) {
  books b;
  for (int looks = 0; looks < 1000; ++looks) {
    testing::settle();
    b = look();
    if (balanced(b, wanted)) break;
  }
  EXPECT_EQ(the.wanted.load(), wanted);
  EXPECT_EQ(b.listed_tokens, wanted - 1);
  EXPECT_EQ(b.counted_idle, wanted - 1);
  EXPECT_EQ(b.owned_tokens, 1u);
  EXPECT_EQ(b.retired_in_use, 0u);
  EXPECT_EQ(b.counted_searching, 0u);
  EXPECT_EQ(b.active, 1u);
}

WEFT_TEST("P5.5", "after every change of gomaxprocs each token is held or idle, and none is lost") {
  const auto before = static_cast<std::uint32_t>(gomaxprocs());
  for (const int n : {1, 2, 8, 3, 64, 1, 100, 5}) {
    gomaxprocs(n);
    wait_group all;
    for (int i = 0; i < 100; ++i) {
      all.go([i] {
        yield();
        if (i % 4 == 0) sleep_for(100us);
      });
    }
    all.wait();
    expect_balanced(static_cast<std::uint32_t>(n));
  }
  gomaxprocs(static_cast<int>(before));
  expect_balanced(before);
}

WEFT_TEST("P5.5", "after blocking calls, told and untold, each token is held or idle, and nobody searches") {
  const auto wanted = static_cast<std::uint32_t>(gomaxprocs());
  for (int round = 0; round < 5; ++round) {
    wait_group all;
    for (int i = 0; i < 10; ++i) {
      all.go([i] {
        if (i % 2 == 0)
          blocking([] { std::this_thread::sleep_for(2ms); });
        else
          std::this_thread::sleep_for(15ms);
      });
    }
    all.wait();
    expect_balanced(wanted);
  }
}

WEFT_TEST("P5.5", "after gomaxprocs went up and down under load each token is held or idle") {
  const auto wanted = static_cast<std::uint32_t>(gomaxprocs());
  for (int round = 0; round < 10; ++round) {
    wait_group all;
    for (int i = 0; i < 50; ++i) {
      all.go([i] {
        for (int n = 0; n < 10; ++n) {
          if (i == n) gomaxprocs(1 + (i * 7) % 13);
          yield();
          if (n == 5) blocking([] { std::this_thread::sleep_for(30us); });
        }
      });
    }
    all.wait();
    gomaxprocs(static_cast<int>(wanted));
    expect_balanced(wanted);
  }
}

WEFT_TEST("P5.5", "after pins, under load and changes of gomaxprocs, each token is held or idle") {
  const auto wanted = static_cast<std::uint32_t>(gomaxprocs());
  for (int round = 0; round < 10; ++round) {
    wait_group all;
    for (int i = 0; i < 30; ++i) {
      all.go([i] {
        for (int n = 0; n < 10; ++n) {
          if (i == n) gomaxprocs(1 + (i * 7) % 13);
          if (i % 3 == 0) {
            const pin here;
            yield();
            sleep_for(20us);
          }
          yield();
        }
      });
    }
    all.wait();
    gomaxprocs(static_cast<int>(wanted));
    expect_balanced(wanted);
  }
}

WEFT_TEST("P5.6", "deadlines come although gomaxprocs no longer reaches where they were set") {
  const int before = gomaxprocs();
  gomaxprocs(4);
  std::atomic<int> woken{0};
  for (int i = 0; i < 40; ++i) {
    go([&woken] {
      for (int n = 0; n < 20; ++n) yield();
      sleep_for(5ms);
      ++woken;
    });
  }
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < 3ms) yield();
  gomaxprocs(1);
  while (woken.load() != 40) yield();
  gomaxprocs(before);
}

}  // namespace
}  // namespace weft::test

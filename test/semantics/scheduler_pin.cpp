// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that keep their thread.
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::chan;
using weft::unit;
using weft::test::sched_only;

/// Out of line, so that no compiler keeps the address of the thread's variables.
[[gnu::noinline, gnu::noipa]] std::thread::id this_thread() { return std::this_thread::get_id(); }

thread_local int left_on_this_thread = 0;
[[gnu::noinline, gnu::noipa]] int& on_this_thread() { return left_on_this_thread; }

/// Waits in every way there is, each time for somebody else.
void wait_in_every_way() {
  const chan<int> numbers;
  weft::go([=] { numbers.send(1); });
  EXPECT_EQ(numbers.recv(), 1);
  weft::go([=] { EXPECT_EQ(numbers.recv(), 2); });
  numbers.send(2);
  weft::go([=] { numbers.close(); });
  EXPECT_EQ(weft::select(weft::on_recv(numbers), weft::on_recv(chan<int>())), 0u);
  weft::sleep_for(1ms);
  weft::mutex m;
  m.lock();
  weft::go([&m] { m.unlock(); });
  m.lock();
  weft::wait_group others;
  others.go([] { weft::yield(); });
  others.wait();
  EXPECT_EQ(weft::spawn([] { return 3; }).join(), 3);
  weft::blocking([] { std::this_thread::yield(); });
  weft::yield();
  m.unlock();
}

WEFT_TEST("W9.1", "a pinned goroutine stays on its thread, whatever it waits for") {
  const weft::pin here;
  const std::thread::id mine = this_thread();
  on_this_thread() = 7;
  for (int i = 0; i < 10; ++i) {
    wait_in_every_way();
    EXPECT_EQ(this_thread(), mine);
    EXPECT_EQ(on_this_thread(), 7);
  }
  on_this_thread() = 0;
}

WEFT_TEST("W9.1", "pins nest: the last one to go lets the goroutine go") {
  const weft::pin outer;
  const std::thread::id mine = this_thread();
  {
    const weft::pin inner;
    wait_in_every_way();
  }
  wait_in_every_way();
  EXPECT_EQ(this_thread(), mine);
}

WEFT_TEST("W9.1", "a goroutine may pin itself again and again, beside others that do") {
  weft::wait_group all;
  for (int g = 0; g < 8; ++g) {
    all.go([] {
      for (int i = 0; i < 20; ++i) {
        {
          const weft::pin here;
          const std::thread::id mine = this_thread();
          weft::yield();
          EXPECT_EQ(this_thread(), mine);
        }
        weft::yield();
      }
    });
  }
  all.wait();
}

WEFT_TEST_WITH("W9.1", "goroutines that are pinned at the same time have threads of their own", .on = sched_only) {
  std::mutex guard;
  std::vector<std::thread::id> threads;
  const chan<unit> begin;
  const chan<unit> here_too;
  weft::wait_group all;
  for (int i = 0; i < 6; ++i) {
    all.go([&] {
      const weft::pin here;
      {
        const std::scoped_lock hold(guard);
        for (const std::thread::id other : threads) EXPECT_NE(other, this_thread());
        threads.push_back(this_thread());
      }
      here_too.send({});
      begin.recv();
    });
  }
  for (int i = 0; i < 6; ++i) here_too.recv();
  begin.close();
  all.wait();
  EXPECT_EQ(threads.size(), 6u);
}

WEFT_TEST("W9.1", "what a pinned goroutine starts is not pinned") {
  const weft::pin here;
  weft::spawn([] { weft::spawn([] { weft::yield(); }).join(); }).join();
}

WEFT_TEST("W9.2", "a pinned goroutine that only yields lets the one it waits for get on, and is let get on") {
  std::atomic<bool> flag{false};
  std::atomic<bool> seen{false};
  const weft::pin here;
  weft::task<void> other = weft::spawn([&] {
    for (int i = 0; i < 10; ++i) weft::yield();
    flag = true;
    while (!seen) weft::yield();
  });
  while (!flag) weft::yield();
  seen = true;
  other.join();
}

WEFT_TEST_WITH("W9.2", "a pinned goroutine that computes holds up no other", .on = sched_only, .workers = {1, 2}) {
  std::atomic<int> done{0};
  const weft::pin here;
  for (int i = 0; i < 100; ++i) weft::go([&done] { ++done; });
  while (done != 100) continue;
}

WEFT_TEST("W9.2", "a pinned goroutine ends by goexit, or by an exception that its task hands on") {
  weft::wait_group all;
  all.go([] {
    const weft::pin here;
    weft::yield();
    weft::goexit();
  });
  all.wait();
  auto task = weft::spawn([] {
    const weft::pin here;
    weft::sleep_for(1ms);
    throw 5;
  });
  EXPECT_THROW(task.join(), int);
}

WEFT_TEST("W9.2", "thousands of messages between a pinned goroutine and another lose nothing") {
  const int rounds = weft::test::under_thread_sanitizer ? 300 : 3000;
  const chan<int> there;
  const chan<int> back;
  weft::go([=] {
    for (std::optional<int> n = there.recv(); n; n = there.recv()) back.send(*n + 1);
  });
  const weft::pin here;
  for (int i = 0; i < rounds; ++i) {
    there.send(i);
    EXPECT_EQ(back.recv(), i + 1);
  }
  there.close();
}

WEFT_PLAIN_TEST("W9.3", "main that pins itself first is on the thread that called run") {
  const std::thread::id caller = this_thread();
  weft::run([caller] {
    const weft::pin here;
    wait_in_every_way();
    EXPECT_EQ(this_thread(), caller);
  });
}

WEFT_PLAIN_TEST("W9.4", "a run ends whatever its pinned goroutines do, and the next one begins") {
  for (int i = 0; i < 3; ++i) {
    std::atomic<int> pinned{0};
    weft::run([&pinned] {
      const chan<unit> never;
      for (int g = 0; g < 4; ++g) {
        weft::go([&pinned, never] {
          const weft::pin here;
          ++pinned;
          never.recv();
        });
      }
      while (pinned != 4) weft::yield();
    });
    EXPECT_EQ(pinned, 4);
  }
}

WEFT_TEST("W9.5", "on a thread that is no goroutine a pin does nothing") {
  std::thread foreign([] {
    const weft::pin here;
    const weft::pin again;
    const chan<int> c(1);
    c.send(1);
    EXPECT_EQ(c.recv(), 1);
  });
  weft::blocking([&foreign] { foreign.join(); });
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that wait for locks and other objects, in blocks of the heap and on stacks.
#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include "harness.hpp"
#include "stuck_scene.hpp"

using namespace std::chrono_literals;

namespace {

struct objects {
  int before = 0;
  weft::mutex m;
  weft::shared_mutex r;
  weft::condition c;
  weft::semaphore s{1};
  weft::wait_group g;
  weft::barrier<> b{2};
  weft::once o;
  int after = 0;
};

template <class Wait>
void leave_one(Wait wait) {
  auto shared = std::make_shared<objects>();
  weft::go({.label = "D10 object"}, [shared, wait] { wait(*shared); });
}

using scene = void (*)();

[[gnu::noinline]] void lose_a_lock() {
  leave_one([](objects& o) { o.m.lock(), o.m.lock(); });
}
[[gnu::noinline]] void lose_a_writer() {
  leave_one([](objects& o) { o.r.lock_shared(), o.r.lock(); });
}
[[gnu::noinline]] void lose_a_condition() {
  leave_one([](objects& o) {
    std::unique_lock lock(o.m);
    o.c.wait(lock);
  });
}
[[gnu::noinline]] void lose_a_semaphore() {
  leave_one([](objects& o) { o.s.acquire(), o.s.acquire(); });
}
[[gnu::noinline]] void lose_a_wait_group() {
  leave_one([](objects& o) { o.g.add(1), o.g.wait(); });
}
[[gnu::noinline]] void lose_a_barrier() {
  leave_one([](objects& o) { o.b.arrive_and_wait(); });
}
[[gnu::noinline]] void lose_a_task() {
  leave_one([](objects& o) { weft::spawn([&o] { o.s.acquire(2); }).join(); });
}

WEFT_TEST_WITH("D10.1", "whoever waits for an object that nobody else has is stuck, whatever it is", .seeds = 2,
               .drain = false) {
  if (weft::test::under_emulator) return;  // whose list of mappings does not say which of them is the heap
  const weft::deadlock_policy before = weft::on_deadlock(weft::deadlock_policy::ignore);
  for (const scene each : {lose_a_lock, lose_a_writer, lose_a_condition, lose_a_semaphore, lose_a_wait_group,
                           lose_a_barrier, lose_a_task}) {
    const int had = std::max(stuck("D10 object"), 0);
    EXPECT_TRUE(is_found(each, "D10 object", had + 1));
  }
  weft::on_deadlock(before);
}

/// One waits for two, one of which waits for a lock that the other has, which waits for nobody's channel.
[[gnu::noinline]] void leave_a_family() {
  const weft::chan<int> lost;
  weft::go({.label = "D10 family"}, [lost] {
    weft::mutex cache;
    weft::wait_group children;
    for (int i = 0; i < 2; ++i) {
      children.go([&cache, &lost] {
        const std::scoped_lock hold(cache);
        lost.recv();
      });
    }
    children.wait();
  });
}

WEFT_TEST_WITH("D10.1", "so are all who wait for what lies on the stack of one that is stuck", .seeds = 5,
               .drain = false) {
  EXPECT_TRUE(is_found(leave_a_family, "D10 family", 1));
}

int* part = nullptr;

WEFT_TEST_WITH("D10.2", "a lock or condition to a part of which somebody has a pointer is not lost", .seeds = 5) {
  weft::wait_group ended;
  auto whole = std::make_unique<objects>();
  objects* const o = whole.get();
  ended.add(1);
  weft::go({.label = "D10 part"}, [&ended, o] {
    {
      std::unique_lock lock(o->m);
      o->c.wait(lock, [o] { return o->before != 0; });
    }
    ended.done();
  });
  part = &std::exchange(whole, nullptr).release()->after;  // the only pointer, but for those of the one that waits
  EXPECT_LE(stuck("D10 part"), 0);
  {
    const std::scoped_lock hold(o->m);
    o->before = 1;
    o->c.notify_all();
  }
  ended.wait();
  delete o;
}

WEFT_TEST_WITH("D10.2", "nor is who waits for an object and gives up after a while", .seeds = 5) {
  weft::wait_group ended;
  ended.add(3);
  weft::go({.label = "D10 bounded"}, [&] {
    auto own = std::make_unique<objects>();
    std::unique_lock lock(own->m);
    static_cast<void>(own->c.wait_for(lock, 200ms));
    ended.done();
  });
  weft::go({.label = "D10 bounded"}, [&] {
    auto own = std::make_unique<objects>();
    own->g.add(1);
    static_cast<void>(own->g.wait_for(200ms));
    ended.done();
  });
  weft::go({.label = "D10 bounded"}, [&] {
    const auto limited = weft::with_timeout(weft::background(), 200ms);
    auto own = std::make_unique<objects>();
    static_cast<void>(own->s.acquire(limited, 2));
    ended.done();
  });
  EXPECT_LE(stuck("D10 bounded"), 0);
  ended.wait();
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// Every operation that blocks, under a context: the same rules for all (detail/bounded.hpp).
#include <chrono>
#include <mutex>
#include <string>

#include "contexts.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::background;
using weft::cancel_scope;
using weft::context;
using weft::errc;

/// Things that let nobody on.
struct obstacles {
  weft::chan<int> empty, unread, nil = nullptr;
  weft::mutex locked;
  weft::shared_mutex written;
  weft::semaphore used_up{0};
  weft::condition never;
  weft::barrier<> of_two{2};
  weft::chan<weft::unit> end;
  weft::group busy, closed;
  weft::wait_group counting;
  weft::task<void> running;

  obstacles() {
    locked.lock();
    written.lock();
    closed.limit(0);
    busy.go([this] { end.recv(); });
    counting.add(1);
    running = weft::spawn([this] { end.recv(); });
  }
  ~obstacles() {
    end.close();
    counting.done();
    written.unlock();
    locked.unlock();
  }
};

struct operation {
  const char* what;
  std::error_code (*call)(obstacles& on, const context& ctx);  // why it gave up, or zero
};

const operation operations[] = {
    {"recv", [](obstacles& on, const context& ctx) { return on.empty.recv(ctx).error(); }},
    {"recv of a null channel", [](obstacles& on, const context& ctx) { return on.nil.recv(ctx).error(); }},
    {"send", [](obstacles& on, const context& ctx) { return on.unread.send(ctx, 1).error(); }},
    {"send to a null channel", [](obstacles& on, const context& ctx) { return on.nil.send(ctx, 1).error(); }},
    {"select",
     [](obstacles& on, const context& ctx) {
       return weft::select(ctx, weft::on_recv(on.empty), weft::on_recv(on.nil)).error();
     }},
    {"selector",
     [](obstacles& on, const context& ctx) {
       weft::selector s;
       s.on_recv(on.empty);
       return s.wait(ctx).error();
     }},
    {"mutex.lock", [](obstacles& on, const context& ctx) { return on.locked.lock(ctx).error(); }},
    {"shared_mutex.lock", [](obstacles& on, const context& ctx) { return on.written.lock(ctx).error(); }},
    {"shared_mutex.lock_shared", [](obstacles& on, const context& ctx) { return on.written.lock_shared(ctx).error(); }},
    {"semaphore.acquire", [](obstacles& on, const context& ctx) { return on.used_up.acquire(ctx).error(); }},
    {"condition.wait",
     [](obstacles& on, const context& ctx) {
       weft::mutex m;
       std::unique_lock lock(m);
       const std::error_code end = on.never.wait(ctx, lock).error();
       EXPECT_TRUE(lock.owns_lock());
       return end;
     }},
    {"barrier.arrive_and_wait",
     [](obstacles& on, const context& ctx) { return on.of_two.arrive_and_wait(ctx).error(); }},
    {"sleep_for", [](obstacles&, const context& ctx) { return weft::sleep_for(ctx, 1h).error(); }},
    {"wait_group.wait", [](obstacles& on, const context& ctx) { return on.counting.wait(ctx).error(); }},
    {"task.join", [](obstacles& on, const context& ctx) { return on.running.join(ctx).error(); }},
    {"group.wait", [](obstacles& on, const context& ctx) { return on.busy.wait(ctx).error(); }},
    {"group.go", [](obstacles& on, const context& ctx) { return on.closed.go(ctx, [] { ADD_FAILURE(); }).error(); }},
};

WEFT_TEST_WITH("X10.5", "every operation that blocks refuses a context that has ended, for its reason", .seeds = 20) {
  obstacles on;
  const cancel_scope cancelled = weft::with_cancel(background());
  cancelled.cancel();
  const cancel_scope late = weft::with_timeout(background(), 0s);
  for (const operation& each : operations) {
    EXPECT_EQ(each.call(on, cancelled), errc::cancelled) << each.what;
    EXPECT_EQ(each.call(on, late), errc::timed_out) << each.what;
  }
}

WEFT_TEST_WITH("X10.5", "every operation that blocks is called off when its context is cancelled", .seeds = 50) {
  for (const operation& each : operations) {
    obstacles on;
    const cancel_scope top = weft::with_cancel(background());
    const cancel_scope ctx = weft::with_timeout(top, 1h);
    const pending caller([&] { EXPECT_EQ(each.call(on, ctx), errc::cancelled) << each.what; });
    EXPECT_TRUE(caller.waits()) << each.what;
    top.cancel();
    EXPECT_TRUE(caller.ended()) << each.what;
  }
}

WEFT_TEST_WITH("X10.5", "every operation that blocks ends with its context's deadline", .seeds = 20) {
  obstacles on;
  for (const operation& each : operations) {
    const cancel_scope late = weft::with_timeout(background(), 200us);
    EXPECT_EQ(each.call(on, late), errc::timed_out) << each.what;
  }
}

WEFT_TEST_WITH("X10.5", "all of them at once under one context end with it", .seeds = 50) {
  obstacles on;
  const cancel_scope ctx = weft::with_cancel(background());
  weft::wait_group all;
  for (const operation& each : operations) {
    // Two at the barrier would let each other on.
    const int parties = each.what == std::string("barrier.arrive_and_wait") ? 1 : 3;
    for (int i = 0; i < parties; ++i) all.go([&] { EXPECT_EQ(each.call(on, ctx), errc::cancelled) << each.what; });
  }
  settle();
  ctx.cancel();
  all.wait();
}

WEFT_TEST("X10.5", "what could go on at once does not, under a context that has ended") {
  weft::chan<int> full(1);
  full.send(1);
  weft::mutex m;
  weft::semaphore free(1);
  const cancel_scope ended = weft::with_cancel(background());
  ended.cancel();
  EXPECT_FALSE(full.recv(ended));
  EXPECT_EQ(full.len(), 1u);
  EXPECT_FALSE(m.lock(ended));
  EXPECT_TRUE(m.try_lock());
  m.unlock();
  EXPECT_FALSE(free.acquire(ended));
  EXPECT_TRUE(free.try_acquire());
  free.release();
  EXPECT_FALSE(weft::select(ended, weft::on_recv(full)));
  EXPECT_EQ(full.len(), 1u);
}

WEFT_TEST("X10.5", "under a context that does not end, operations do what they do without one") {
  weft::chan<int> c(1);
  weft::mutex m;
  for (const context& ctx : {background(), weft::without_cancel(background())}) {
    EXPECT_TRUE(c.send(ctx, 7));
    EXPECT_EQ(**c.recv(ctx), 7);
    EXPECT_TRUE(m.lock(ctx));
    m.unlock();
    weft::task<void> other = weft::spawn([&] { c.send(8); });
    EXPECT_EQ(**c.recv(ctx), 8);
    other.join();
  }
}

}  // namespace

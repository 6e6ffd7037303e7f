// SPDX-License-Identifier: Apache-2.0
//
// after_func: calls in goroutines of their own.
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

#include "party.hpp"
#include "styles.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::after_func;
using weft::chan;
using weft::clock;
using weft::delayed_call;
using weft::unit;

WEFT_TEST("T5.1", "a delayed call is made once, when its time has come, and may wait") {
  const clock::time_point start = clock::now();
  const chan<clock::time_point> called;
  const delayed_call call = after_func(2ms, [=] {
    weft::yield();
    weft::sleep_for(1ms);
    called.send(clock::now());
  });
  EXPECT_GE(called.recv().value(), start + 3ms);
  EXPECT_FALSE(called.recv_for(3ms));
  EXPECT_FALSE(call.stop());
}

WEFT_TEST("T5.1", "a delayed call is made although nobody keeps its handle") {
  const chan<int> called;
  after_func(1ms, [=] { called.send(1); });
  after_func(0s, [=] { called.send(2); });
  after_func(-1h, [=] { called.send(3); });
  int sum = 0;
  for (int i = 0; i < 3; ++i) sum += called.recv().value();
  EXPECT_EQ(sum, 6);
}

WEFT_TEST_WITH("T5.1", "in virtual time a delayed call is made exactly when it should", .on = sim_only) {
  const clock::time_point start = clock::now();
  const chan<unit> called;
  const delayed_call call = after_func(1h, [=] {
    EXPECT_EQ((clock::now() - start) % 30min, 0s);
    called.send({});
  });
  called.recv();
  EXPECT_FALSE(call.reset(30min));
  called.recv();
  EXPECT_EQ(clock::now(), start + 1h + 30min);
}

WEFT_TEST("T5.2", "stop prevents a call that has not begun, and says so; the second time there is nothing to stop") {
  std::atomic<bool> called = false;
  const delayed_call call = after_func(2ms, [&] { called = true; });
  const bool stopped = call.stop();
  EXPECT_FALSE(call.stop());
  weft::sleep_for(4ms);
  settle();
  EXPECT_NE(called, stopped);
}

WEFT_TEST("T5.2", "stop does not wait for a call that has begun") {
  const chan<unit> begun, end;
  const delayed_call call = after_func(0s, [=] {
    begun.send({});
    end.recv();
  });
  begun.recv();
  EXPECT_FALSE(call.stop());
  end.send({});
}

WEFT_TEST("T5.2", "a call may stop and reset itself") {
  const chan<int> ticks;
  struct state {
    delayed_call call;
    int n = 0;
  };
  const auto s = std::make_shared<state>();
  const chan<unit> made;
  s->call = after_func(1ms, [=] {
    made.recv();
    EXPECT_FALSE(s->call.stop());
    const int n = ++s->n;
    if (n < 3) {
      EXPECT_FALSE(s->call.reset(1ms));
    }
    ticks.send(n);
  });
  made.close();
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(ticks.recv(), i);
  EXPECT_FALSE(ticks.recv_for(3ms));
  s->call = delayed_call();  // the function holds `s`, which held the call
}

WEFT_TEST("T5.3", "reset makes the call later, earlier, again, and says whether it was to come") {
  const chan<clock::time_point> called(4);
  const clock::time_point start = clock::now();
  const delayed_call call = after_func(1h, [=] { called.send(clock::now()); });
  EXPECT_TRUE(call.reset(2ms));
  EXPECT_GE(called.recv().value(), start + 2ms);
  EXPECT_FALSE(call.reset(1ms));
  EXPECT_TRUE(called.recv());
  EXPECT_FALSE(call.reset(1h));
  EXPECT_TRUE(call.stop());
  EXPECT_FALSE(call.reset(0s));
  EXPECT_TRUE(called.recv());
  EXPECT_EQ(called.len(), 0u);
}

WEFT_TEST("T5.4", "the function lives until neither a handle nor a call is left") {
  const auto held = std::make_shared<int>(1);
  {
    const delayed_call call = after_func(1h, [held] {});
    EXPECT_EQ(held.use_count(), 2);
    const delayed_call copy = call;
    EXPECT_TRUE(copy.stop());
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1) << "stopped, and no handle";
  const chan<unit> called;
  after_func(1ms, [held, called] { called.close(); });
  called.recv();
  settle();
  EXPECT_EQ(held.use_count(), 1) << "called, and no handle";
  delayed_call call = after_func(0s, [held] {});
  weft::sleep_for(1ms);
  settle();
  EXPECT_EQ(held.use_count(), 2) << "it may be reset";
  call = delayed_call();
  EXPECT_EQ(held.use_count(), 1);
}

WEFT_TEST("T5.4", "a function that can only be moved may be called later") {
  const chan<int> called;
  auto value = std::make_unique<int>(5);
  after_func(0s, [=, value = std::move(value)] { called.send(*value); });
  EXPECT_EQ(called.recv(), 5);
}

WEFT_TEST_WITH("T5.4", "a function whose destructor waits is destroyed where it may wait", .seeds = 50) {
  struct waits {
    chan<unit> gate;
    bool armed = true;
    explicit waits(chan<unit> c) : gate(std::move(c)) {}
    waits(waits&& o) noexcept : gate(o.gate), armed(std::exchange(o.armed, false)) {}
    ~waits() {
      if (armed) gate.recv();
    }
    void operator()() const {}
  };
  const chan<unit> gate;
  const int times = 20;
  weft::wait_group all;
  for (int i = 0; i < times; ++i) {
    all.go([=] {
      const delayed_call call = after_func(std::chrono::microseconds(i % 5), waits(gate));
      if (i % 3 == 0) static_cast<void>(call.reset(1us));
      if (i % 2 == 0) static_cast<void>(call.stop());
    });
  }
  for (int i = 0; i < times; ++i) gate.send({});
  all.wait();
}

WEFT_TEST("T5.5", "calls of one function may overlap, when it is reset meanwhile") {
  const chan<unit> begun, end;
  const delayed_call call = after_func(0s, [=] {
    begun.send({});
    end.recv();
  });
  begun.recv();
  EXPECT_FALSE(call.reset(0s));
  begun.recv();
  end.send({});
  end.send({});
}

WEFT_TEST("T5.6", "what happened before after_func and before reset happens before the call") {
  int value = 0;
  const chan<unit> called;
  value = 1;
  const delayed_call call = after_func(0s, [&] {
    ++value;
    called.send({});
  });
  called.recv();
  value = 10;
  static_cast<void>(call.reset(0s));
  called.recv();
  EXPECT_EQ(value, 11);
}

// Not under sim, where time does not wait for threads outside.
WEFT_TEST_WITH("T5.7", "threads may put off, stop and reset calls", .on = sched_only) {
  for (const party kind : all_parties) {
    const chan<unit> called;
    partner other(kind, [=] {
      const delayed_call call = after_func(1h, [=] { called.send({}); });
      EXPECT_TRUE(call.stop());
      EXPECT_FALSE(call.reset(1ms));
      called.recv();
    });
    other.join();
  }
}

WEFT_TEST_WITH("T10.1", "delayed calls are made although the only worker is busy with channels", .on = sched_only,
               .workers = {1, 2}) {
  const chan<int> a;
  const chan<unit> stop;
  weft::go([=] {
    while (weft::select(weft::on_send(a, 1), weft::on_recv(stop)) == 0) continue;
  });
  weft::go([=] {
    while (weft::select(weft::on_recv(a), weft::on_recv(stop)) == 0) continue;
  });
  const clock::time_point start = clock::now();
  for (int i = 0; i < 20; ++i) {
    const chan<unit> called;
    after_func(1ms, [=] { called.close(); });
    called.recv();
  }
  EXPECT_LT(clock::now() - start, 5s);
  stop.close();
}

WEFT_TEST("T5.1", "as many delayed calls as there are, each is made") {
  std::atomic<int> called = 0;
  weft::wait_group all;
  const int many = scaled(2000);
  all.add(many);
  for (int i = 0; i < many; ++i) {
    after_func(std::chrono::microseconds(i * 7919 % 3000), [&] {
      ++called;
      all.done();
    });
  }
  all.wait();
  EXPECT_EQ(called, many);
}

}  // namespace

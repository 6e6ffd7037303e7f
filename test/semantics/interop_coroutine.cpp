// SPDX-License-Identifier: Apache-2.0
//
// C++20 coroutines as parties of channels, with goroutines and threads on the other side.
#include <chrono>
#include <vector>

#include "party.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::chan;
using weft::receiver;
using weft::sender;

constexpr int capacities[] = {0, 1, 5};

// Handles are parameters: they live in the frame as long as the coroutine.
detached relay(receiver<int> in, sender<int> out) {
  while (const std::optional<int> v = co_await in.async_recv()) co_await out.async_send(*v + 1);
  out.close();
}

detached forward(receiver<int> in, sender<int> out) {
  while (const std::optional<int> v = co_await in.async_recv()) co_await out.async_send(*v);
}

detached store(receiver<int> in, std::optional<int>& where, weft::wait_group& done) {
  where = co_await in.async_recv();
  done.done();
}

detached produce(sender<int> out, int value) { co_await out.async_send(value); }

WEFT_TEST("A1.1", "a coroutine receives and sends what a goroutine would") {
  for (const int capacity : capacities) {
    const chan<int> in(capacity), out(capacity);
    relay(in, out);
    for (int i = 0; i < 20; ++i) {
      in.send(i);
      EXPECT_EQ(out.recv(), i + 1);
    }
    in.close();
    EXPECT_EQ(out.recv(), std::nullopt);
  }
}

WEFT_TEST("A1.1", "values pass through a chain of coroutines in order") {
  const chan<int> first;
  chan<int> last = first;
  for (int i = 0; i < 10; ++i) {
    const chan<int> next(i % 3);
    relay(last, next);
    last = next;
  }
  weft::go([=] {
    for (int i = 0; i < 50; ++i) first.send(i);
    first.close();
  });
  int expected = 10;
  for (const int v : last) EXPECT_EQ(v, expected++);
  EXPECT_EQ(expected, 60);
}

WEFT_TEST("A1.2", "what is possible at once happens without suspension") {
  const chan<int> c(1);
  produce(c, 5);
  EXPECT_EQ(c.len(), 1u);
  std::optional<int> received;
  weft::wait_group done;
  done.add(1);
  store(c, received, done);
  EXPECT_EQ(received, 5);
}

WEFT_TEST("A1.3", "coroutines and goroutines that wait for one channel are served in the order in which they came") {
  constexpr std::size_t receivers = 8;
  const chan<int> c;
  std::vector<std::optional<int>> got(receivers);
  weft::wait_group all;
  all.add(receivers);
  for (std::size_t i = 0; i < receivers; ++i) {
    if (i % 2 == 0) {
      store(c, got[i], all);
    } else {
      weft::go([&, c, i] {
        got[i] = c.recv();
        all.done();
      });
    }
    settle();
  }
  for (int v = 0; v < static_cast<int>(receivers); ++v) c.send(v);
  all.wait();
  for (std::size_t i = 0; i < receivers; ++i) EXPECT_EQ(got[i], static_cast<int>(i));
}

WEFT_TEST("A1.3", "coroutines that wait to send are in the queue behind the buffer") {
  const chan<int> c(2);
  for (int i = 0; i < 6; ++i) produce(c, i);
  EXPECT_EQ(c.len(), 2u);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(c.recv(), i);
}

WEFT_TEST("A1.4", "close wakes coroutines that wait, and they receive the end") {
  const chan<int> c;
  weft::wait_group all;
  std::vector<std::optional<int>> got(10, 1);
  all.add(10);
  for (auto& each : got) store(c, each, all);
  c.close();
  all.wait();
  for (const auto& each : got) EXPECT_EQ(each, std::nullopt);
}

detached then_block(receiver<int> in, receiver<int> more, sender<int> out) {
  const int first = *co_await in.async_recv();
  weft::sleep_for(1ms);
  const int second = *more.recv();  // waits as a goroutine waits
  out.send(first + second);
}

WEFT_TEST("A2.1", "a coroutine goes on on a goroutine, which may wait and sleep") {
  const chan<int> in, more, out;
  then_block(in, more, out);
  in.send(1);
  more.send(2);
  EXPECT_EQ(out.recv(), 3);
}

WEFT_TEST_WITH("A2.2", "a coroutine that waits holds neither a goroutine nor a stack", .seeds = 10) {
  constexpr int coroutines = 1000;
  const weft::testing::census before = weft::testing::count();
  const chan<int> c;
  weft::wait_group all;
  std::vector<std::optional<int>> got(coroutines);
  all.add(coroutines);
  for (auto& each : got) store(c, each, all);
  const weft::testing::census waiting = weft::testing::count();
  EXPECT_EQ(waiting.goroutines, before.goroutines);
  EXPECT_EQ(waiting.stacks, before.stacks);
  for (int i = 0; i < coroutines; ++i) c.send(i);
  all.wait();
  for (int i = 0; i < coroutines; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], i);
}

WEFT_TEST_WITH("A1.1", "coroutines, goroutines and threads share one channel", .seeds = 5) {
  const chan<int> in, middle, out;
  relay(in, middle);
  relay(middle, out);
  partner sending(party::thread, [=] {
    for (int i = 0; i < 100; ++i) in.send(i);
    in.close();
  });
  int sum = 0;
  partner receiving(party::thread, [&sum, out] {
    for (const int v : out) sum += v;
  });
  sending.join();
  receiving.join();
  EXPECT_EQ(sum, 99 * 100 / 2 + 200);
}

WEFT_TEST("A1.5", "a coroutine carries values that can only be moved") {
  struct moving {
    static detached through(receiver<std::unique_ptr<int>> from, sender<std::unique_ptr<int>> to) {
      while (std::optional<std::unique_ptr<int>> v = co_await from.async_recv()) co_await to.async_send(std::move(*v));
      to.close();
    }
  };
  const chan<std::unique_ptr<int>> in, out(1);
  moving::through(in, out);
  for (int i = 0; i < 10; ++i) {
    in.send(std::make_unique<int>(i));
    EXPECT_EQ(**out.recv(), i);
  }
  in.close();
  EXPECT_EQ(out.recv(), std::nullopt);
}

WEFT_TEST("A1.6", "selects and coroutines complete each other") {
  const chan<int> a, b, out(10);
  forward(a, out);
  forward(b, out);
  int sum = 0;
  for (int i = 0; i < 10; ++i) {
    weft::select(weft::on_send(a, 10), weft::on_send(b, 20));
    weft::select(weft::on_recv(out, [&](std::optional<int> v) { sum += *v; }), weft::on_recv(chan<int>()));
  }
  EXPECT_GE(sum, 100);
  EXPECT_LE(sum, 200);
  std::optional<int> rest;
  weft::wait_group done;
  done.add(1);
  store(out, rest, done);
  weft::select(weft::on_send(out, 7), weft::on_recv(chan<int>()));
  done.wait();
  EXPECT_EQ(rest, 7);
  a.close();
  b.close();
}

}  // namespace

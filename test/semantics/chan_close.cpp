// SPDX-License-Identifier: Apache-2.0
//
// Closing, and what a closed channel does afterwards, in every style of access. The panics are in
// test/crash/chan_panics.cpp.
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;

constexpr int capacities[] = {0, 1, 10};

WEFT_TEST("C4.2", "a receive from a closed and drained channel reports the end at once, every time") {
  for (const int capacity : capacities) {
    const chan<int> c(capacity);
    c.close();
    for (int times = 0; times < 3; ++times) {
      for (const style how : all_styles) {
        EXPECT_EQ(recv(how, c), std::nullopt) << capacity << name(how);
        EXPECT_TRUE(try_recv(how, c).closed()) << capacity << name(how);
      }
    }
    for (const int v : c) ADD_FAILURE() << "a closed channel gave " << v;
  }
}

WEFT_TEST("C4.3", "a closed channel gives what is in its buffer, in order, and then reports the end") {
  for (const style how : all_styles) {
    const chan<int> c(5);
    for (int i = 1; i <= 4; ++i) c.send(i);
    c.close();
    EXPECT_EQ(c.len(), 4u);
    EXPECT_EQ(recv(how, c), 1) << name(how);
    weft::try_result<int> second = try_recv(how, c);
    ASSERT_TRUE(second.has_value()) << name(how);
    EXPECT_EQ(*second, 2) << name(how);
    EXPECT_EQ(recv(how, c), 3) << name(how);
    EXPECT_EQ(recv(how, c), 4) << name(how);
    EXPECT_EQ(recv(how, c), std::nullopt) << name(how);
    EXPECT_TRUE(try_recv(how, c).closed()) << name(how);
  }
}

WEFT_TEST("C5.1", "close wakes every receiver that waits, in whatever style it waits") {
  for (const int capacity : capacities) {
    const chan<int> c(capacity);
    weft::wait_group receivers;
    for (int i = 0; i < 20; ++i) {
      receivers.go([=] {
        const style how = all_styles[i % 4];
        EXPECT_EQ(recv(how, c), std::nullopt) << capacity << name(how);
      });
    }
    settle();
    c.close();
    receivers.wait();
  }
}

WEFT_TEST("C5.1", "close ends the loops of all who range over the channel, after every value has been taken") {
  constexpr int consumers = 5, items = 100;
  for (const int capacity : capacities) {
    const chan<int> c(capacity);
    std::vector<weft::task<int>> sums;
    for (int i = 0; i < consumers; ++i) {
      sums.push_back(weft::spawn([=] {
        int sum = 0;
        for (const int v : c) sum += v;
        return sum;
      }));
    }
    for (int i = 1; i <= items; ++i) c.send(i);
    c.close();
    int total = 0;
    for (weft::task<int>& each : sums) total += each.join();
    EXPECT_EQ(total, items * (items + 1) / 2);
  }
}

WEFT_TEST("C5.2", "a receiver that waits on several channels is woken by the close of any of them") {
  for (int closed = 0; closed < 3; ++closed) {
    chan<int> c[3] = {chan<int>(0), chan<int>(1), chan<int>(2)};
    weft::task<std::size_t> waiting =
        weft::spawn([=] { return weft::select(weft::on_recv(c[0]), weft::on_recv(c[1]), weft::on_recv(c[2])); });
    settle();
    c[closed].close();
    EXPECT_EQ(waiting.join(), static_cast<std::size_t>(closed));
  }
}

// What a receive does to the waiters of a closed channel is what a send does to those of an open one: nothing is left.
WEFT_TEST("C15", "those whom close has woken may use the channel at once") {
  const chan<int> c;
  weft::wait_group receivers;
  for (int i = 0; i < 10; ++i) {
    receivers.go([=] {
      EXPECT_EQ(c.recv(), std::nullopt);
      EXPECT_TRUE(c.try_recv().closed());
      EXPECT_EQ(c.len(), 0u);
      EXPECT_EQ(weft::select(weft::on_recv(c), weft::otherwise()), 0u);
    });
  }
  settle();
  c.close();
  receivers.wait();
}

WEFT_TEST("C15", "those whom a send or a receive has woken may use the channel at once") {
  const chan<int> ping, pong;
  weft::go([=] {
    for (const int v : ping) pong.send(v + 1);
    pong.close();
  });
  for (int i = 0; i < 100; ++i) {
    ping.send(i);
    EXPECT_EQ(pong.recv(), i + 1);
  }
  ping.close();
  EXPECT_EQ(pong.recv(), std::nullopt);
}

}  // namespace

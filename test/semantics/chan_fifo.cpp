// SPDX-License-Identifier: Apache-2.0
//
// First come, first served: values and those who wait for them.
#include <mutex>
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;

constexpr int capacities[] = {0, 1, 3, 10};

WEFT_TEST("C6.1", "values are received in the order in which they were sent") {
  for (const int capacity : capacities) {
    const chan<int> c(capacity);
    weft::go([=] {
      for (int i = 0; i < 200; ++i) send(all_styles[i % 4], c, i);
      c.close();
    });
    for (int i = 0; i < 200; ++i) EXPECT_EQ(recv(all_styles[i / 4 % 4], c), i) << capacity;
    EXPECT_EQ(c.recv(), std::nullopt);
  }
}

WEFT_TEST("C6.2", "receivers are served in the order in which they came") {
  constexpr int receivers = 12;
  for (const int capacity : capacities) {
    const chan<int> c(capacity);
    std::vector<weft::task<std::optional<int>>> waiting;
    for (int i = 0; i < receivers; ++i) {
      waiting.push_back(weft::spawn([=] { return recv(all_styles[i % 4], c); }));
      settle();
    }
    for (int i = 0; i < receivers; ++i) c.send(i);
    for (int i = 0; i < receivers; ++i) EXPECT_EQ(waiting[static_cast<std::size_t>(i)].join(), i) << capacity;
  }
}

WEFT_TEST("C6.3", "the buffer and the senders who wait behind it are one queue") {
  constexpr int senders = 15;
  for (const int capacity : capacities) {
    const chan<int> c(capacity);
    for (int i = 0; i < senders; ++i) {
      weft::go([=] { send(all_styles[i % 4], c, i); });
      settle();
    }
    EXPECT_EQ(c.len(), c.cap());
    for (int i = 0; i < senders; ++i) EXPECT_EQ(recv(all_styles[i % 3], c), i) << capacity;
  }
}

WEFT_TEST("C6.4", "who comes later does not overtake a sender or receiver that waits") {
  const chan<int> c(1);
  c.send(1);
  weft::go([=] { c.send(2); });
  settle();
  EXPECT_FALSE(c.try_send(3));  // the room that the next line makes belongs to the sender of 2
  EXPECT_EQ(c.recv(), 1);
  EXPECT_FALSE(c.try_send(3));
  EXPECT_EQ(c.recv(), 2);

  weft::task<std::optional<int>> first = weft::spawn([=] { return c.recv(); });
  settle();
  c.send(4);
  EXPECT_TRUE(c.try_recv().empty());  // it was for the one who waited, even if that has not run yet
  EXPECT_EQ(first.join(), 4);
}

WEFT_TEST("C6.1", "goroutines that pass a token along receive in the order of the token") {
  constexpr int members = 10;
  for (const int capacity : capacities) {
    const chan<int> values(capacity);
    const chan<weft::unit> first;
    chan<weft::unit> turn = first;
    for (int i = 0; i < members; ++i) {
      const chan<weft::unit> next;
      weft::go([=] {
        turn.recv();
        EXPECT_EQ(recv(all_styles[i % 4], values), i) << capacity;
        next.send({});
      });
      turn = next;
    }
    first.send({});
    for (int i = 0; i < members; ++i) values.send(i);
    turn.recv();
  }
}

WEFT_TEST("C6.1", "with many senders and receivers the values of each sender stay in order") {
  constexpr int parties = 4, items = 200;
  for (const int capacity : capacities) {
    const chan<std::pair<int, int>> c(capacity);
    weft::wait_group senders, receivers;
    for (int s = 0; s < parties; ++s) {
      senders.go([=] {
        for (int i = 0; i < items; ++i) c.send({s, i});
      });
    }
    std::atomic<int> received = 0;
    for (int r = 0; r < parties; ++r) {
      receivers.go([&received, c] {
        int last[parties] = {-1, -1, -1, -1};
        for (const auto& [from, number] : c) {
          EXPECT_LT(last[from], number);
          last[from] = number;
          ++received;
        }
      });
    }
    senders.wait();
    c.close();
    receivers.wait();
    EXPECT_EQ(received, parties * items);
  }
}

WEFT_TEST_WITH("C7", "the goroutine that an operation completes goes before those that were runnable already",
               .on = sched_only, .workers = {1}) {
  if (weft::test::under_forced_migration) return;
  const chan<int> c;
  std::mutex lock;
  std::vector<char> order;
  const auto note = [&](char who) {
    const std::lock_guard guard(lock);
    order.push_back(who);
  };
  weft::wait_group all;
  all.go([&] {
    EXPECT_EQ(c.recv(), 1);
    note('r');
  });
  settle();
  for (int i = 0; i < 3; ++i) {
    all.go([&] { note('o'); });
  }
  c.send(1);
  all.wait();
  EXPECT_EQ(order.front(), 'r');
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// One channel in several cases of a select, and what happens to the queue of waiters when a case loses.
#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;
using weft::on_recv;
using weft::on_send;
using weft::otherwise;
using weft::select;

WEFT_TEST("L6.1", "a select that sends to and receives from one unbuffered channel does not meet itself") {
  for (const int capacity : {0, 10}) {
    const chan<int> c(capacity);
    weft::wait_group both;
    for (int self = 0; self < 2; ++self) {
      both.go([=] {
        const auto receive = [=](std::optional<int> from) {
          if (capacity == 0) {
            EXPECT_NE(from, self);
          }
        };
        for (int i = 0; i < 200; ++i) {
          if (self == 0 || i % 2 == 0) {
            select(on_send(c, self), on_recv(c, receive));
          } else {
            select(on_recv(c, receive), on_send(c, self));
          }
        }
      });
    }
    both.wait();
  }
}

WEFT_TEST_WITH("L6.1", "alone with its own send and receive a select waits", .drain = false) {
  const chan<int> c;
  EXPECT_EQ(select(on_send(c, 1), on_recv(c), otherwise()), 2u);
  EXPECT_TRUE(pending([=] { select(on_send(c, 1), on_recv(c)); }).waits());
}

WEFT_TEST("L6.2", "on a buffered channel a select takes whichever of its send and receive is possible") {
  const chan<int> c(2);
  const auto either = [&] { return select(on_send(c, 1), on_recv(c)); };
  EXPECT_EQ(either(), 0u);
  int sends = 0;
  for (int i = 0; i < 200; ++i) {
    const std::size_t held = c.len();
    const std::size_t chosen = either();
    sends += chosen == 0 ? 1 : 0;
    EXPECT_EQ(c.len(), chosen == 0 ? held + 1 : held - 1);
  }
  EXPECT_GT(sends, 20);
  EXPECT_LT(sends, 180);
}

WEFT_TEST("L6.3", "a channel that occurs twice in a select that has gone on serves the next receiver") {
  const chan<int> twice, other;
  weft::task<std::size_t> first = weft::spawn([=] { return select(on_recv(twice), on_recv(twice), on_recv(other)); });
  settle();
  other.send(0);
  EXPECT_EQ(first.join(), 2u);

  weft::task<std::optional<int>> second = weft::spawn([=] { return twice.recv(); });
  settle();
  EXPECT_TRUE(twice.try_send(1));
  EXPECT_EQ(second.join(), 1);
}

WEFT_TEST("L6.3", "a select with one channel in all cases is completed once by each peer") {
  for (int round = 0; round < 5; ++round) {
    const chan<int> c;
    weft::wait_group all;
    for (int g = 0; g < 3; ++g) {
      all.go([=] { EXPECT_LT(select(on_recv(c), on_recv(c), on_recv(c)), 3u); });
    }
    for (int g = 0; g < 3; ++g) {
      all.go([=] { EXPECT_LT(select(on_send(c, 1), on_send(c, 2)), 2u); });
    }
    all.wait();
    EXPECT_TRUE(c.try_recv().empty());
  }
}

WEFT_TEST("L4.4", "a select that leaves the middle of a queue leaves those before and behind it in their places") {
  const chan<int> queue, elsewhere;
  weft::task<std::optional<int>> first = weft::spawn([=] { return queue.recv(); });
  settle();
  weft::task<std::size_t> middle = weft::spawn([=] { return select(on_recv(queue), on_recv(elsewhere)); });
  settle();
  weft::task<std::optional<int>> last = weft::spawn([=] { return queue.recv(); });
  settle();

  elsewhere.send(0);
  EXPECT_EQ(middle.join(), 1u);
  queue.send(1);
  queue.send(2);
  EXPECT_EQ(first.join(), 1);
  EXPECT_EQ(last.join(), 2);
}

WEFT_TEST("L4.4", "the same in a queue of senders") {
  const chan<int> queue(1), elsewhere;
  queue.send(0);
  weft::go([=] { queue.send(1); });
  settle();
  weft::task<std::size_t> middle = weft::spawn([=] { return select(on_recv(elsewhere), on_send(queue, 2)); });
  settle();
  weft::go([=] { queue.send(3); });
  settle();

  elsewhere.send(0);
  EXPECT_EQ(middle.join(), 0u);
  for (const int expected : {0, 1, 3}) EXPECT_EQ(queue.recv(), expected);
  EXPECT_EQ(queue.len(), 0u);
}

WEFT_TEST("L4.4", "losing cases at the front, in the middle and at the back of many queues are taken out") {
  constexpr std::size_t channels = 5;
  std::vector<chan<int>> c(channels);
  for (std::size_t winner = 0; winner < channels; ++winner) {
    std::vector<weft::task<std::size_t>> selects;
    for (int g = 0; g < 4; ++g) {
      selects.push_back(weft::spawn([c] {
        weft::selector s;
        for (const chan<int>& each : c) s.on_recv(each);
        return s.wait();
      }));
    }
    settle();
    for (int g = 0; g < 4; ++g) EXPECT_TRUE(c[winner].try_send(1));
    for (auto& each : selects) EXPECT_EQ(each.join(), winner);
    for (const chan<int>& each : c) EXPECT_FALSE(each.try_send(1)) << "somebody is still in the queue";
  }
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// What blocks and what does not: sends and receives over every capacity and every style.
#include <cstdint>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;

constexpr int capacities[] = {0, 1, 2, 3, 10, 64};

WEFT_TEST("C1.1", "a channel has the capacity it was made with, whatever integer type that has") {
  EXPECT_EQ(chan<int>().cap(), 0u);
  EXPECT_EQ(chan<int>(0).cap(), 0u);
  EXPECT_EQ(chan<int>(std::int8_t{5}).cap(), 5u);
  EXPECT_EQ(chan<int>(std::uint64_t{1000}).cap(), 1000u);
  EXPECT_EQ(chan<char>(100'000L).cap(), 100'000u);
}

WEFT_TEST("C3.1 C4.1", "on an unbuffered channel a send waits for its receive and a receive for its send") {
  for (const style how : all_styles) {
    const chan<int> c;
    const pending sender([=] { send(how, c, 1); });
    EXPECT_TRUE(sender.waits()) << name(how);
    EXPECT_EQ(recv(how, c), 1) << name(how);
    EXPECT_TRUE(sender.ended()) << name(how);

    const pending receiver([=] { EXPECT_EQ(recv(how, c), 2) << name(how); });
    EXPECT_TRUE(receiver.waits()) << name(how);
    send(how, c, 2);
    EXPECT_TRUE(receiver.ended()) << name(how);
  }
}

WEFT_TEST("C3.2", "a send on a buffered channel waits only when there is no room") {
  for (const int capacity : capacities) {
    for (const style how : all_styles) {
      const chan<int> c(capacity);
      for (int i = 0; i < capacity; ++i) send(how, c, i);
      const pending sender([=] { send(how, c, capacity); });
      EXPECT_TRUE(sender.waits()) << capacity << name(how);
      EXPECT_EQ(recv(how, c), 0);
      EXPECT_TRUE(sender.ended()) << capacity << name(how);
      for (int i = 1; i <= capacity; ++i) EXPECT_EQ(recv(how, c), i) << capacity << name(how);
    }
  }
}

WEFT_TEST("C4.1", "a receive waits only when there is nothing to receive") {
  for (const int capacity : capacities) {
    for (const style how : all_styles) {
      const chan<int> c(capacity);
      const pending receiver([=] { EXPECT_EQ(recv(how, c), 7); });
      EXPECT_TRUE(receiver.waits()) << capacity << name(how);
      send(how, c, 7);
      EXPECT_TRUE(receiver.ended()) << capacity << name(how);
    }
  }
}

WEFT_TEST_WITH("C2.1", "every operation on a null channel that may wait waits for ever", .drain = false) {
  for (const style how : all_styles) {
    EXPECT_TRUE(pending([=] { send(how, chan<int>(nullptr), 1); }).waits()) << name(how);
    EXPECT_TRUE(pending([=] { recv(how, chan<int>(nullptr)); }).waits()) << name(how);
  }
  EXPECT_TRUE(pending([] {
                for (const int v : chan<int>(nullptr)) static_cast<void>(v);
              }).waits());
}

WEFT_TEST("C2.2", "a null channel has no length and no room, and is never ready") {
  chan<int> c = nullptr;
  EXPECT_EQ(c.len(), 0u);
  EXPECT_EQ(c.cap(), 0u);
  EXPECT_FALSE(c);
  for (const style how : all_styles) {
    EXPECT_FALSE(try_send(how, c, 1)) << name(how);
    EXPECT_TRUE(try_recv(how, c).empty()) << name(how);
  }
  c = chan<int>(1);
  EXPECT_TRUE(c);
  EXPECT_TRUE(c.try_send(1));
}

WEFT_TEST("C3.3", "a value on an unbuffered channel passes when both are there, whoever came first") {
  for (const style sends : all_styles) {
    for (const style receives : all_styles) {
      const chan<int> c;
      weft::go([=] { send(sends, c, 1); });
      EXPECT_EQ(recv(receives, c), 1) << name(sends) << name(receives);
      weft::go([=] { EXPECT_EQ(recv(receives, c), 2) << name(sends) << name(receives); });
      send(sends, c, 2);
    }
  }
}

}  // namespace

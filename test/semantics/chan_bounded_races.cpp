// SPDX-License-Identifier: Apache-2.0
//
// Completion against giving up: whoever comes first, the value is in one place, and both sides agree where.
#include <atomic>
#include <chrono>
#include <memory>

#include "limits.hpp"
#include "party.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::chan;
using weft::errc;

/// A limit that comes about when the peer does.
std::chrono::nanoseconds around(int round) { return std::chrono::microseconds(round % 40); }

WEFT_TEST_WITH("C16.7", "a send and its receive either both happen or neither does, when both may give up",
               .seeds = 20) {
  for (const style how : all_styles) {
    const chan<int> c;
    std::atomic<int> sent = 0, received = 0;
    weft::wait_group all;
    for (int pair = 0; pair < 4; ++pair) {
      all.go([&] {
        for (int i = 0; i < 50; ++i) sent += send(how, weft::detail::within(around(i)), c, 1).has_value() ? 1 : 0;
      });
      all.go([&] {
        for (int i = 0; i < 50; ++i) received += recv(how, weft::detail::within(around(7 * i)), c).has_value() ? 1 : 0;
      });
    }
    all.wait();
    EXPECT_EQ(sent, received) << name(how);
  }
}

WEFT_TEST_WITH("C16.7", "a receive that is cancelled as a value comes has the value or leaves it", .seeds = 50) {
  for (const style how : all_styles) {
    for (int round = 0; round < 20; ++round) {
      const chan<int> c;
      canceller by;
      weft::task<bool> receiver = weft::spawn([&] { return recv(how, wait_limit{.by = &by}, c).has_value(); });
      weft::task<bool> sender = weft::spawn([&] { return c.try_send(1); });
      weft::task<bool> end = weft::spawn([&] { return by.cancel(errc::cancelled); });
      const bool given = sender.join();
      EXPECT_TRUE(end.join());
      EXPECT_EQ(receiver.join(), given) << name(how);
    }
  }
}

WEFT_TEST_WITH("C16.7", "one cancel ends all waits under it, and those that come later", .seeds = 20) {
  const chan<int> c;
  const auto by = std::make_shared<canceller>();
  weft::wait_group all;
  for (int i = 0; i < 40; ++i) {
    all.go([=] {
      const style how = all_styles[i % 4];
      const wait_limit limit{.by = by.get()};
      if (i % 8 < 4) {
        EXPECT_EQ(recv(how, limit, chan<int>()).error(), errc::cancelled);
      } else {
        EXPECT_EQ(send(how, limit, chan<int>(), 1).error(), errc::cancelled);
      }
    });
  }
  weft::yield();
  by->cancel(errc::cancelled);
  all.wait();
}

WEFT_TEST_WITH("C16.7", "a limit with both bounds ends by the first: the deadline's reason or the canceller's",
               .seeds = 20) {
  const chan<int> c;
  canceller by;
  wait_limit limit = weft::detail::within(1ms);
  limit.by = &by;
  EXPECT_EQ(c.recv(limit).error(), errc::timed_out);
  limit.until = weft::detail::never;
  weft::task<void> later = weft::spawn([&] { by.cancel(errc::timed_out); });
  EXPECT_EQ(c.recv(limit).error(), errc::timed_out) << "the canceller's own reason";
  later.join();
}

WEFT_TEST_WITH("C16.8", "goroutines and foreign threads may give up alike", .seeds = 10) {
  for (const party kind : all_parties) {
    const chan<int> c;
    partner other(kind, [=] {
      EXPECT_EQ(chan<int>().recv_for(1ms).error(), errc::timed_out) << name(kind);
      EXPECT_EQ(chan<int>().send_for(1ms, 1).error(), errc::timed_out) << name(kind);
      const chan<int> never;
      EXPECT_EQ(weft::select_for(1ms, weft::on_recv(never), weft::on_send(never, 1)).error(), errc::timed_out);
      EXPECT_EQ(c.recv_for(10s).value(), 5) << name(kind);
      EXPECT_TRUE(c.send_for(10s, 6)) << name(kind);
    });
    c.send(5);
    EXPECT_EQ(c.recv(), 6) << name(kind);
  }
}

WEFT_TEST_WITH("C16.8", "a foreign thread's wait is cancelled by a goroutine", .seeds = 10) {
  canceller by;
  partner other(party::thread, [&] { EXPECT_EQ(chan<int>().recv(wait_limit{.by = &by}).error(), errc::cancelled); });
  until_waiting(1);
  by.cancel(errc::cancelled);
  other.join();
}

}  // namespace

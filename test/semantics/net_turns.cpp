// SPDX-License-Identifier: Apache-2.0
//
// Many who use one socket at once: each operation whole, both directions side by side.
#include <set>
#include <string>
#include <vector>

#include "network.hpp"
#include "party.hpp"
#include "weft/testing.hpp"

namespace {

using namespace weft::test;

WEFT_TEST_WITH("N6.1", "writes of several goroutines are not mixed", .seeds = 10) {
  unix_ends local;
  static constexpr std::size_t size = 300'000;  // more than fits at once
  weft::wait_group writers;
  for (const char letter : {'a', 'b', 'c'}) {
    writers.go([&local, letter] {
      const std::string text(size, letter);
      EXPECT_EQ(*local.left.write(bytes_of(text)), text.size());
    });
  }
  std::set<char> seen;
  for (int i = 0; i < 3; ++i) {
    const std::string one = read_exactly(local.right, size);
    EXPECT_EQ(one, std::string(size, one.empty() ? '?' : one[0]));
    seen.insert(one.empty() ? '?' : one[0]);
  }
  writers.wait();
  EXPECT_EQ(seen.size(), 3u);
}

WEFT_TEST_WITH("N6.2", "each byte is read by one of those who read", .seeds = 20) {
  unix_ends local;
  weft::wait_group readers;
  std::atomic<int> total{0};
  for (int i = 0; i < 4; ++i) {
    readers.go([&] {
      while (true) {
        const std::size_t n = read_some(local.left, 3).size();
        if (n == 0) return;
        total += static_cast<int>(n);
      }
    });
  }
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(local.right.write(bytes_of("1234567")));
  local.right.close();
  readers.wait();
  EXPECT_EQ(total.load(), 350);
}

WEFT_TEST_WITH("N6.3", "who reads does not hold up who writes", .seeds = 20) {
  unix_ends local;
  weft::wait_group reader;
  reader.go([&] { EXPECT_EQ(read_some(local.left), "answer"); });
  weft::testing::settle();
  EXPECT_TRUE(local.left.write(bytes_of("question")));
  EXPECT_EQ(read_some(local.right), "question");
  EXPECT_TRUE(local.right.write(bytes_of("answer")));
  reader.wait();
}

WEFT_TEST_WITH("N6.4", "who waits for a turn may give up, and the turn goes to the next", .seeds = 20) {
  unix_ends local;
  weft::wait_group readers;
  readers.go([&] { EXPECT_EQ(read_some(local.left, 1), "1"); });
  weft::testing::settle();
  std::string buffer(10, ' ');
  EXPECT_EQ(local.left.read_for(1ms, room(buffer)).error(), weft::errc::timed_out);
  auto ctx = weft::with_cancel(weft::background());
  readers.go([&] {
    std::string mine(10, ' ');
    EXPECT_EQ(local.left.read(ctx, room(mine)).error(), weft::errc::cancelled);
  });
  weft::testing::settle();
  ctx.cancel();
  readers.go([&] { EXPECT_EQ(read_some(local.left, 1), "2"); });
  weft::testing::settle();
  EXPECT_TRUE(local.right.write(bytes_of("12")));
  readers.wait();
}

WEFT_TEST_WITH("N1.1", "a thousand goroutines that wait for connections take no threads", .on = weft::test::sched_only,
               .workers = {1, 4}) {
  constexpr std::size_t count = 1000;
  std::vector<unix_ends> all(count);
  weft::wait_group readers;
  for (unix_ends& each : all) {
    readers.go([&each] { EXPECT_EQ(read_some(each.left), "x"); });
  }
  weft::testing::settle();
  EXPECT_EQ(weft::testing::count().waiters, count);
  for (unix_ends& each : all) EXPECT_TRUE(each.right.write(bytes_of("x")));
  readers.wait();
}

WEFT_TEST_WITH("N1.2", "every operation gives up with its context, its duration and its moment", .seeds = 10) {
  unix_ends local;
  fill(local.left);
  auto udp = weft::net::bind_udp("127.0.0.1:0");
  auto listener = weft::net::listen_unix(fresh_name());
  ASSERT_TRUE(udp && listener);
  std::string buffer(10, ' ');
  const auto data = bytes_of("x");
  const auto soon = [] { return weft::clock::now() + 1ms; };
  using weft::errc;
  EXPECT_EQ(local.left.read_for(1ms, room(buffer)).error(), errc::timed_out);
  EXPECT_EQ(local.left.read_until(soon(), room(buffer)).error(), errc::timed_out);
  EXPECT_EQ(local.left.write_for(1ms, data).error(), errc::timed_out);
  EXPECT_EQ(local.left.write_until(soon(), data).error(), errc::timed_out);
  EXPECT_EQ(listener->accept_for(1ms).error(), errc::timed_out);
  EXPECT_EQ(listener->accept_until(soon()).error(), errc::timed_out);
  EXPECT_EQ(udp->receive_for(1ms, room(buffer)).error(), errc::timed_out);
  EXPECT_EQ(udp->receive_until(soon(), room(buffer)).error(), errc::timed_out);
  EXPECT_EQ(udp->receive_from_for(1ms, room(buffer)).error(), errc::timed_out);
  EXPECT_EQ(udp->receive_from_until(soon(), room(buffer)).error(), errc::timed_out);
  for (const bool late : {false, true}) {
    auto ctx = weft::with_cancel(weft::background());
    if (!late) ctx.cancel();
    weft::wait_group all;
    const auto expect = [&all](auto f) { all.go([f] { EXPECT_EQ(f(), errc::cancelled); }); };
    expect([&] { return local.left.read(ctx, room(buffer)).error(); });
    expect([&] { return local.left.write(ctx, data).error(); });
    expect([&] { return local.left.write_some(ctx, data).error(); });
    expect([&] { return local.left.write_parts(ctx, std::span(&data, 1)).error(); });
    expect([&] { return listener->accept(ctx).error(); });
    expect([&] { return udp->receive(ctx, room(buffer)).error(); });
    expect([&] { return udp->receive_from(ctx, room(buffer)).error(); });
    if (late) weft::testing::settle();
    ctx.cancel();
    all.wait();
  }
}

WEFT_TEST_WITH("N1.3", "a cancelled context wins over bytes that are there; a time that has passed does not",
               .seeds = 5) {
  unix_ends local;
  ASSERT_TRUE(local.right.write(bytes_of("there")));
  std::string buffer(10, ' ');
  auto ctx = weft::with_cancel(weft::background());
  ctx.cancel();
  EXPECT_EQ(local.left.read(ctx, room(buffer)).error(), weft::errc::cancelled);
  EXPECT_EQ(*local.left.read_for(0s, room(buffer)), 5u);
  EXPECT_EQ(local.left.read_for(0s, room(buffer)).error(), weft::errc::timed_out);
}

WEFT_TEST_WITH("N1.4", "foreign threads use connections as goroutines do", .seeds = 5) {
  unix_ends local;
  partner other(party::thread, [&] {
    EXPECT_EQ(read_some(local.left), "ping");
    EXPECT_TRUE(local.left.write(bytes_of("pong")));
    std::string buffer(10, ' ');
    EXPECT_EQ(local.left.read(room(buffer)).value_or(std::size_t{9}), 0u);
  });
  EXPECT_TRUE(local.right.write(bytes_of("ping")));
  EXPECT_EQ(read_some(local.right), "pong");
  local.right.close();
  other.join();
}

}  // namespace

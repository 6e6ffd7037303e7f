// SPDX-License-Identifier: Apache-2.0
//
// Deadlines of sockets, which hold until they are set anew.
#include <string>

#include "network.hpp"
#include "weft/testing.hpp"

namespace {

using namespace weft::test;
using weft::clock;
using weft::errc;

std::error_code read_error(weft::net::stream& from) {
  std::error_code error;
  EXPECT_EQ(read_some(from, 10, &error), "");
  return error;
}

WEFT_TEST_WITH("N3.1", "a deadline ends the read that waits, not before its time, and the connection stays good",
               .seeds = 30) {
  unix_ends local;
  for (int round = 0; round < 2; ++round) {
    const auto when = clock::now() + 2ms;
    local.left.set_read_deadline(when);
    EXPECT_EQ(read_error(local.left), errc::timed_out);
    EXPECT_GE(clock::now(), when);
  }
  local.left.clear_deadlines();
  ASSERT_TRUE(local.right.write(bytes_of("still here")));
  EXPECT_EQ(read_some(local.left), "still here");
}

WEFT_TEST_WITH("N3.1", "a deadline ends the write that waits", .seeds = 20) {
  unix_ends local;
  fill(local.left);
  local.left.set_write_deadline(clock::now() + 2ms);
  EXPECT_EQ(local.left.write(bytes_of("x")).error(), errc::timed_out);
  local.left.set_write_deadline(clock::time_point::max());
  local.right.close();
  EXPECT_EQ(local.left.write(bytes_of("x")).error(), std::errc::broken_pipe);
}

WEFT_TEST_WITH("N3.2", "a deadline in the past ends an operation before it is tried", .seeds = 10) {
  unix_ends local;
  ASSERT_TRUE(local.right.write(bytes_of("there")));
  local.left.set_read_deadline(clock::now());
  EXPECT_EQ(read_error(local.left), errc::timed_out);
  local.left.set_deadline(clock::time_point::min());
  EXPECT_EQ(read_error(local.left), errc::timed_out);
  EXPECT_EQ(local.left.write(bytes_of("x")).error(), errc::timed_out);
  local.left.clear_deadlines();
  EXPECT_EQ(read_some(local.left), "there");
}

WEFT_TEST_WITH("N3.3", "a deadline that is set while a read waits holds for it: sooner, later, or none", .seeds = 30) {
  unix_ends local;
  weft::wait_group reader;
  // sooner
  reader.go([&] { EXPECT_EQ(read_error(local.left), errc::timed_out); });
  weft::testing::settle();
  local.left.set_read_deadline(clock::now() + 1ms);
  reader.wait();
  // the past
  local.left.clear_deadlines();
  reader.go([&] { EXPECT_EQ(read_error(local.left), errc::timed_out); });
  weft::testing::settle();
  local.left.set_read_deadline(clock::now() - 1ms);
  reader.wait();
  // later
  const auto first = clock::now() + 50ms;
  local.left.set_read_deadline(first);
  reader.go([&] { EXPECT_EQ(read_error(local.left), errc::timed_out); });
  weft::testing::settle();
  const auto last = first + 20ms;
  local.left.set_read_deadline(last);
  reader.wait();
  EXPECT_GE(clock::now(), last);
}

WEFT_TEST_WITH("N3.3", "a deadline that is taken back ends nothing", .seeds = 20) {
  unix_ends local;
  weft::wait_group reader;
  local.left.set_read_deadline(clock::now() + 200ms);
  reader.go([&] { EXPECT_EQ(read_some(local.left), "late"); });
  weft::testing::settle();
  local.left.clear_deadlines();
  weft::sleep_for(300ms);
  EXPECT_TRUE(local.right.write(bytes_of("late")));
  reader.wait();
}

WEFT_TEST_WITH("N3.4", "each direction has its own deadline", .seeds = 10) {
  unix_ends local;
  local.left.set_read_deadline(clock::now());
  EXPECT_EQ(*local.left.write(bytes_of("abc")), 3u);
  EXPECT_EQ(read_error(local.left), errc::timed_out);
  local.left.clear_deadlines();
  local.left.set_write_deadline(clock::now());
  EXPECT_EQ(local.left.write(bytes_of("abc")).error(), errc::timed_out);
  ASSERT_TRUE(local.right.write(bytes_of("abc")));
  EXPECT_EQ(read_some(local.left), "abc");
}

WEFT_TEST_WITH("N3.5", "accept, receive and connections have deadlines, too", .seeds = 20) {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  listener->set_deadline(clock::now() + 2ms);
  EXPECT_EQ(listener->accept().error(), errc::timed_out);
  EXPECT_EQ(listener->accept().error(), errc::timed_out);
  listener->clear_deadlines();
  auto client = weft::net::connect_tcp(listener->local());
  ASSERT_TRUE(client);
  EXPECT_TRUE(listener->accept());
  auto udp = weft::net::bind_udp("127.0.0.1:0");
  ASSERT_TRUE(udp);
  udp->set_read_deadline(clock::now() + 2ms);
  std::string buffer(10, ' ');
  EXPECT_EQ(udp->receive(room(buffer)).error(), errc::timed_out);
  EXPECT_EQ(udp->receive_from(room(buffer)).error(), errc::timed_out);
}

WEFT_TEST_WITH("N3.6", "a deadline ends those, too, who wait for their turn", .seeds = 20) {
  unix_ends local;
  weft::wait_group readers;
  for (int i = 0; i < 3; ++i) {
    readers.go([&] { EXPECT_EQ(read_error(local.left), errc::timed_out); });
  }
  weft::testing::settle();
  local.left.set_read_deadline(clock::now() + 1ms);
  readers.wait();
}

WEFT_TEST_WITH("N3.7", "of a deadline and of bytes that come at the same time one wins, and no byte is lost",
               .seeds = 10) {
  unix_ends local;
  std::string got;
  weft::wait_group both;
  both.go([&] {
    for (int i = 0; i < 20; ++i) {
      local.left.set_read_deadline(clock::now() + 100us);
      weft::sleep_for(std::chrono::microseconds(90 + i));
      EXPECT_TRUE(local.right.write(bytes_of("x")));
    }
    local.right.close();
  });
  both.go([&] {
    for (;;) {
      std::error_code error;
      const std::string more = read_some(local.left, 10, &error);
      got += more;
      if (more.empty() && !error) break;
      if (error) {
        EXPECT_EQ(error, errc::timed_out);
        local.left.clear_deadlines();
      }
    }
  });
  both.wait();
  EXPECT_EQ(got, std::string(20, 'x'));
}

WEFT_TEST_WITH("N3.8", "deadlines that change all the time, from many sides, neither hang nor lose a byte",
               .seeds = 20) {
  unix_ends local;
  std::atomic<bool> stop{false};
  weft::wait_group all;
  for (int i = 0; i < 3; ++i) {
    all.go([&, i] {
      while (!stop) {
        local.left.set_read_deadline(clock::now() + std::chrono::microseconds(50 * i));
        weft::yield();
      }
    });
  }
  std::string got;
  all.go([&] {
    while (got.size() < 100) {
      got += read_some(local.left, 10);
      weft::yield();  // under sim a read that gives up at once lets nobody run
    }
    stop = true;
  });
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(local.right.write(bytes_of("x")));
  all.wait();
  EXPECT_EQ(got, std::string(100, 'x'));
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// What close() does to others, and when the descriptor goes.
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "network.hpp"
#include "weft/testing.hpp"

namespace {

using namespace weft::test;
using weft::errc;

/// Runs `wait`, which blocks, and then `end`; it must end `wait` with "closed".
void expect_closed(const std::function<std::error_code()>& wait, const std::function<void()>& end) {
  weft::wait_group waiter;
  waiter.go([&] { EXPECT_EQ(wait(), errc::closed); });
  weft::testing::settle();
  end();
  waiter.wait();
  EXPECT_EQ(wait(), errc::closed);
}

WEFT_TEST_WITH("N4.1", "close ends whatever waits: read, write, accept, receive", .seeds = 20) {
  std::string buffer(10, ' ');
  unix_ends reading;
  expect_closed([&] { return reading.left.read(room(buffer)).error(); }, [&] { reading.left.close(); });
  unix_ends writing;
  fill(writing.left);
  expect_closed([&] { return writing.left.write(bytes_of("x")).error(); }, [&] { writing.left.close(); });
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  expect_closed([&] { return listener->accept().error(); }, [&] { listener->close(); });
  auto udp = weft::net::bind_udp("127.0.0.1:0");
  ASSERT_TRUE(udp);
  expect_closed([&] { return udp->receive_from(room(buffer)).error(); }, [&] { udp->close(); });
  EXPECT_EQ(make_error_code(errc::closed).message(), "use of closed network connection or file");
  EXPECT_EQ(make_error_code(errc::closed), std::errc::bad_file_descriptor);
}

WEFT_TEST_WITH("N4.2", "close ends those who wait for their turn", .seeds = 30) {
  unix_ends local;
  weft::wait_group readers;
  for (int i = 0; i < 5; ++i) {
    readers.go([&] {
      std::error_code error;
      EXPECT_EQ(read_some(local.left, 1, &error), "");
      EXPECT_EQ(error, errc::closed);
    });
  }
  if (weft::detail::draw() % 2 == 0) weft::testing::settle();
  local.left.close();
  readers.wait();
}

WEFT_TEST_WITH("N4.3", "a thread of somebody else's may close", .seeds = 10) {
  unix_ends local;
  weft::wait_group reader;
  reader.go([&] {
    std::error_code error;
    EXPECT_EQ(read_some(local.left, 1, &error), "");
    EXPECT_EQ(error, errc::closed);
  });
  std::thread other([&] { local.left.close(); });
  reader.wait();
  weft::blocking([&] { other.join(); });
}

WEFT_TEST_WITH("N4.4", "close may be called again, and a socket that was moved from is closed", .seeds = 5) {
  unix_ends local;
  weft::net::unix_connection moved = std::move(local.left);
  EXPECT_FALSE(local.left.is_open());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(local.left.write(bytes_of("x")).error(), errc::closed);
  EXPECT_EQ(local.left.shutdown_write().error(), errc::closed);
  local.left.close();
  local.left.clear_deadlines();
  ASSERT_TRUE(moved.write(bytes_of("x")));
  moved.close();
  moved.close();
  EXPECT_FALSE(moved);
  EXPECT_EQ(moved.native_handle(), -1);
  EXPECT_EQ(read_all(local.right), "x");
  moved = std::move(local.right);
  EXPECT_TRUE(moved);
  EXPECT_EQ(read_all(moved), "");
}

WEFT_TEST_WITH("N4.5", "the descriptor stays open until the last operation has left", .seeds = 50) {
  // A number that is used again at once would have a read of the old connection take bytes of the new one.
  for (int round = 0; round < 10; ++round) {
    unix_ends old;
    weft::wait_group all;
    all.go([&] {
      std::error_code error;
      EXPECT_EQ(read_some(old.left, 10, &error), "");
      EXPECT_EQ(error, errc::closed);
    });
    all.go([&] {
      old.left.close();
      unix_ends fresh;
      EXPECT_TRUE(fresh.right.write(bytes_of("new")));
      EXPECT_TRUE(fresh.left.write(bytes_of("new")));
      EXPECT_EQ(read_some(fresh.left), "new");
      EXPECT_EQ(read_some(fresh.right), "new");
    });
    all.wait();
  }
}

WEFT_TEST_WITH("N4.6", "a destructor closes, also what others still use", .seeds = 20) {
  weft::wait_group reader;
  weft::net::unix_connection other;
  {
    auto local = std::make_unique<unix_ends>();
    other = std::move(local->right);
    reader.go([&end = local->left] {
      std::error_code error;
      EXPECT_EQ(read_some(end, 10, &error), "");
      EXPECT_EQ(error, errc::closed);
    });
    weft::testing::settle();
  }
  reader.wait();
  EXPECT_EQ(read_all(other), "");
}

WEFT_TEST_WITH("N4.7", "close, bytes, a deadline and a cancellation at once: each operation ends with one of them",
               .seeds = 60) {
  unix_ends local;
  weft::wait_group all;
  auto ctx = weft::with_cancel(weft::background());
  for (int i = 0; i < 4; ++i) {
    all.go([&] {
      std::string buffer(10, ' ');
      const auto n = local.left.read(ctx, room(buffer));
      EXPECT_TRUE(n ? *n == 1u
                    : n.error() == errc::closed || n.error() == errc::timed_out || n.error() == errc::cancelled)
          << n.error();
    });
  }
  all.go([&] { local.left.set_read_deadline(weft::clock::now()); });
  all.go([&] { ctx.cancel(); });
  all.go([&] { local.left.close(); });
  all.go([&] { static_cast<void>(local.right.write(bytes_of("x"))); });
  all.wait();
}

}  // namespace

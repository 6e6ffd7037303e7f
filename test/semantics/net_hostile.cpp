// SPDX-License-Identifier: Apache-2.0
//
// Sockets at the edges: moments and durations that no clock reaches, messages of no bytes, descriptors that nobody
// asked for, many addresses, and no descriptor left.
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "network.hpp"
#include "no_descriptors.hpp"

namespace {

using namespace weft::test;
namespace net = weft::net;

WEFT_TEST_WITH("NR1.1", "moments and durations at the ends of their types are long ago, or never", .seeds = 10) {
  unix_ends ends;
  std::string text(10, ' ');
  using moment = weft::clock::time_point;
  for (const moment past : {moment::min(), moment(), weft::clock::now()}) {
    ends.left.set_read_deadline(past);
    EXPECT_EQ(ends.left.read(room(text)).error(), weft::errc::timed_out);
  }
  ends.left.set_read_deadline(moment::max());
  for (const auto d : {std::chrono::hours::min(), std::chrono::hours(-1), std::chrono::hours(0)}) {
    EXPECT_EQ(ends.left.read_for(d, room(text)).error(), weft::errc::timed_out);
  }
  EXPECT_EQ(ends.left.read_until(moment::min(), room(text)).error(), weft::errc::timed_out);
  ASSERT_TRUE(ends.right.write(bytes_of("abc")));
  EXPECT_EQ(ends.left.read_for(std::chrono::hours::max(), room(text).first(1)).value(), 1u);
  EXPECT_EQ(ends.left.read_until(moment::max(), room(text).first(1)).value(), 1u);
  EXPECT_EQ(ends.left.read_for(std::chrono::hours::min(), room(text)).value(), 1u);  // it is there
}

WEFT_TEST_WITH("NR1.2", "a message of no bytes is a message, and an empty room takes one", .seeds = 5) {
  auto at = net::bind_udp("127.0.0.1:0");
  auto from = net::connect_udp(at->local());
  ASSERT_TRUE(at && from);
  std::string text(10, ' ');
  ASSERT_TRUE(from->send({}));
  ASSERT_TRUE(from->send(bytes_of("long")));
  ASSERT_TRUE(from->send(bytes_of("end")));
  const auto empty = at->receive_from_for(long_time, room(text));
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->size, 0u);
  EXPECT_EQ(empty->from, from->local());
  EXPECT_EQ(at->receive_for(long_time, {}).value(), 4u);  // its size, as of every one that does not fit
  EXPECT_EQ(at->receive_for(long_time, room(text)).value(), 3u);
  EXPECT_EQ(from->send(bytes_of(std::string(70'000, 'x'))).error(), std::errc::message_size);
}

/// Sends a byte and the descriptor.
void pass(int through, int fd) {
  char byte = 'p';
  iovec part{&byte, 1};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof space;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  EXPECT_EQ(sendmsg(through, &message, 0), 1);
}

WEFT_TEST_WITH("NR1.3", "descriptors that a peer passes are not taken, and none is left behind", .seeds = 2,
               .workers = {1, 4}) {
  unix_ends ends;
  auto packets = net::unix_packets_pair();
  ASSERT_TRUE(packets);
  std::string text(10, ' ');
  for (int i = 0; i < 20; ++i) {
    pass(ends.left.native_handle(), 2);
    EXPECT_EQ(ends.right.read(room(text)).value(), 1u);
    pass(packets->first.native_handle(), 2);
    EXPECT_EQ(packets->second.receive(room(text)).value(), 1u);
  }
}

WEFT_TEST_WITH("NR1.4", "of a hundred addresses the one that answers is found, and the others are named", .seeds = 3,
               .workers = {1, 4}) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  auto gone = net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener && gone);
  std::vector<net::endpoint> many(100, gone->local());
  gone->close();
  many.push_back(listener->local());
  std::vector<net::dial_failure> failures;
  auto made = net::dial_any(weft::detail::within(long_time), many, {.failures = &failures});
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->remote(), listener->local());
  EXPECT_EQ(failures.size(), 100u);
  many.pop_back();
  EXPECT_EQ(net::dial_any({}, many).error(), std::errc::connection_refused);
}

WEFT_TEST_WITH("NR1.5", "a dial among several whose time has passed, or that is called off, ends at once",
               .seeds = 10) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  const std::vector<net::endpoint> two(2, listener->local());
  const auto made = net::dial_any(weft::detail::within(-1s), two);
  EXPECT_TRUE(made || made.error() == weft::errc::timed_out);
  auto ctx = weft::with_cancel(weft::background());
  ctx.cancel();
  EXPECT_EQ(net::dial_any(ctx, two).error(), weft::errc::cancelled);
  EXPECT_EQ(net::dial(ctx, "localhost", "1").error(), weft::errc::cancelled);
}

WEFT_TEST_WITH("NR1.6", "an IPv4 address inside an IPv6 one is reached, and told as it is", .seeds = 3) {
  if (!has_ipv6()) GTEST_SKIP();
  auto listener = net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  auto mapped = net::endpoint::parse("[::ffff:127.0.0.1]:" + std::to_string(listener->local().port()));
  ASSERT_TRUE(mapped);
  auto client = net::connect_tcp(*mapped);
  ASSERT_TRUE(client) << client.error().message();
  EXPECT_EQ(client->remote(), *mapped);
  auto server = listener->accept();
  ASSERT_TRUE(server);
  EXPECT_EQ(server->remote().family(), net::family::ipv4);
  EXPECT_EQ(server->remote().port(), client->local().port());
}

WEFT_TEST_WITH("NR1.7", "without a descriptor every way to a socket is an error, and afterwards all is well",
               .seeds = 3, .workers = {1, 4}) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  const std::vector<net::endpoint> two(2, listener->local());
  ASSERT_TRUE(net::dial_any({}, two));  // UBSan cannot look at a type for the first time without a descriptor
  {
    const no_descriptors none;
    EXPECT_EQ(net::dial_any({}, two).error().value(), EMFILE);
    EXPECT_EQ(net::listen_tcp("127.0.0.1:0").error().value(), EMFILE);
    EXPECT_EQ(net::bind_udp("127.0.0.1:0").error().value(), EMFILE);
    EXPECT_EQ(net::connect_unix(fresh_name()).error().value(), EMFILE);
    EXPECT_EQ(net::unix_packets_pair().error().value(), EMFILE);
  }
  EXPECT_TRUE(net::dial_any({}, two));
}

WEFT_TEST_WITH("NR1.8", "many who dial and give up in every stage leave nothing behind", .seeds = 5,
               .workers = {1, 4}) {
  auto listener = net::listen_tcp("127.0.0.1:0", {.backlog = 1});
  ASSERT_TRUE(listener);
  const std::string port = std::to_string(listener->local().port());
  weft::wait_group all;
  for (int i = 0; i < 40; ++i) {
    all.go([&, i] {
      auto ctx = weft::with_cancel(weft::background());
      weft::wait_group canceller;
      canceller.go([&] {
        for (int times = 0; times < i; ++times) weft::yield();
        ctx.cancel();
      });
      const net::dial_options options{.fallback_after = std::chrono::milliseconds(i % 4)};
      const auto made = net::dial(ctx, i % 2 == 0 ? "localhost" : "127.0.0.1", port, options);
      EXPECT_TRUE(made || made.error() == weft::errc::cancelled || made.error() == std::errc::connection_refused)
          << made.error().message();
      canceller.wait();
    });
  }
  all.wait();
}

}  // namespace

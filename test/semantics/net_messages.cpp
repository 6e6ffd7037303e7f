// SPDX-License-Identifier: Apache-2.0
//
// Sockets that carry messages: UDP, Unix datagrams, sequenced packets.
#include <unistd.h>

#include <string>

#include "network.hpp"
#include "weft/testing.hpp"

namespace {

using namespace weft::test;

std::string receive(weft::net::message_socket& from, std::size_t size = 100) {
  std::string text(size, '\0');
  const auto n = from.receive_for(long_time, room(text));
  EXPECT_TRUE(n) << n.error().message();
  text.resize(std::min(size, n.value_or(std::size_t{0})));
  return text;
}

WEFT_TEST_WITH("N10.1", "datagrams go where they are sent, and say where they come from", .seeds = 20) {
  for (const char* const at : {"127.0.0.1:0", "[::1]:0"}) {
    if (at[0] == '[' && !has_ipv6()) continue;
    auto server = weft::net::bind_udp(at);
    auto other = weft::net::bind_udp(at);
    ASSERT_TRUE(server && other);
    EXPECT_EQ(*other->send_to(server->local(), bytes_of("hello")), 5u);
    std::string buffer(100, '\0');
    const auto got = server->receive_from_for(long_time, room(buffer));
    ASSERT_TRUE(got);
    EXPECT_EQ(buffer.substr(0, got->size), "hello");
    EXPECT_EQ(got->from, other->local());
    EXPECT_TRUE(server->send_to(got->from, bytes_of("you too")));
    EXPECT_EQ(receive(*other), "you too");
  }
}

WEFT_TEST_WITH("N10.2", "a connected datagram socket sends to one, and hears one", .seeds = 20) {
  auto server = weft::net::bind_udp("127.0.0.1:0");
  auto stranger = weft::net::bind_udp("127.0.0.1:0");
  ASSERT_TRUE(server && stranger);
  auto client = weft::net::connect_udp(server->local());
  ASSERT_TRUE(client);
  EXPECT_EQ(client->remote(), server->local());
  EXPECT_TRUE(stranger->send_to(client->local(), bytes_of("not this")));
  EXPECT_TRUE(client->send(bytes_of("ping")));
  EXPECT_EQ(receive(*server), "ping");
  EXPECT_TRUE(server->send_to(client->local(), bytes_of("pong")));
  EXPECT_EQ(receive(*client), "pong");
  EXPECT_EQ(server->send(bytes_of("x")).error(), std::errc::destination_address_required);
}

WEFT_TEST_WITH("N10.3", "that nobody receives there is an error of a later operation", .seeds = 10) {
  auto gone = weft::net::bind_udp("127.0.0.1:0");
  ASSERT_TRUE(gone);
  auto client = weft::net::connect_udp(gone->local());
  gone->close();
  ASSERT_TRUE(client);
  EXPECT_TRUE(client->send(bytes_of("x")));
  std::string buffer(10, '\0');
  EXPECT_EQ(client->receive_for(long_time, room(buffer)).error(), std::errc::connection_refused);
}

WEFT_TEST_WITH("N10.4", "messages keep their bounds; what does not fit is lost, and its size told", .seeds = 10) {
  auto pair = weft::net::unix_packets_pair();
  ASSERT_TRUE(pair);
  auto& [left, right] = *pair;
  EXPECT_TRUE(left.send(bytes_of("one")));
  EXPECT_TRUE(left.send(bytes_of("two and more")));
  EXPECT_TRUE(left.send(bytes_of("three")));
  EXPECT_EQ(receive(right), "one");
  std::string small(3, '\0');
  EXPECT_EQ(*right.receive(room(small)), 12u);
  EXPECT_EQ(small, "two");
  EXPECT_EQ(receive(right), "three");
  left.close();
  EXPECT_EQ(*right.receive(room(small)), 0u);
  EXPECT_EQ(right.send(bytes_of("x")).error(), std::errc::broken_pipe);
  auto udp = weft::net::bind_udp("127.0.0.1:0");
  ASSERT_TRUE(udp);
  EXPECT_TRUE(udp->send_to(udp->local(), {}));
  EXPECT_EQ(receive(*udp), "");
  EXPECT_EQ(udp->send_to(udp->local(), bytes_of(std::string(70'000, 'x'))).error(), std::errc::message_size);
}

WEFT_TEST_WITH("N10.5", "sequenced packets have listeners and connections", .seeds = 10) {
  const std::string name = fresh_name();
  auto listener = weft::net::listen_unix_packets(name);
  ASSERT_TRUE(listener);
  auto client = weft::net::connect_unix_packets(name);
  ASSERT_TRUE(client);
  auto server = listener->accept();
  ASSERT_TRUE(server);
  EXPECT_TRUE(client->send(bytes_of("a")));
  EXPECT_TRUE(client->send(bytes_of("b")));
  EXPECT_EQ(receive(*server), "a");
  EXPECT_EQ(receive(*server), "b");
}

WEFT_TEST_WITH("N10.6", "Unix datagrams, with a full receiver: who sends waits", .seeds = 10) {
  const std::string name = fresh_name();
  auto server = weft::net::bind_unix_datagram(name);
  ASSERT_TRUE(server);
  auto client = weft::net::connect_unix_datagram(name);
  ASSERT_TRUE(client);
  constexpr int count = 300;  // more than the kernel queues
  weft::wait_group sender;
  sender.go([&] {
    for (int i = 0; i < count; ++i) EXPECT_TRUE(client->send(bytes_of(std::to_string(i))));
  });
  for (int i = 0; i < count; ++i) EXPECT_EQ(receive(*server), std::to_string(i));
  sender.wait();
  auto stranger = weft::net::bind_unix_datagram(fresh_name());
  ASSERT_TRUE(stranger);
  sender.go([&] {
    for (int i = 0; i < count; ++i) EXPECT_TRUE(stranger->send_to(*weft::net::endpoint::local(name), bytes_of("x")));
  });
  for (int i = 0; i < count; ++i) EXPECT_EQ(receive(*server), "x");
  sender.wait();
}

WEFT_TEST_WITH("N10.7", "a Unix socket's file goes with it, and one that is there is not taken", .seeds = 3) {
  const std::string path = "/tmp/weft-test-" + std::to_string(getpid()) + ".sock";
  unlink(path.c_str());
  {
    auto listener = weft::net::listen_unix(path);
    ASSERT_TRUE(listener) << listener.error().message();
    EXPECT_EQ(weft::net::listen_unix(path).error(), std::errc::address_in_use);
    EXPECT_TRUE(weft::net::connect_unix(path));
  }
  EXPECT_EQ(access(path.c_str(), F_OK), -1);
  EXPECT_EQ(weft::net::connect_unix(path).error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(weft::net::connect_unix("@weft-nobody-listens").error(), std::errc::connection_refused);
  EXPECT_EQ(weft::net::listen_unix("").error(), weft::net::errc::bad_path);
}

}  // namespace

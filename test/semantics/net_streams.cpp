// SPDX-License-Identifier: Apache-2.0
//
// Connections that carry bytes: TCP and Unix streams.
#include <array>
#include <string>
#include <vector>

#include "network.hpp"

namespace {

using namespace weft::test;
using weft::net::bytes;

/// Sends `text` from one end in pieces of `piece`, and returns what arrives at the other.
std::string carried(weft::net::stream& from, weft::net::stream& to, const std::string& text, std::size_t piece) {
  weft::wait_group sender;
  sender.go([&] {
    for (std::size_t at = 0; at < text.size(); at += piece) {
      EXPECT_TRUE(from.write(bytes_of(std::string_view(text).substr(at, piece))));
    }
    EXPECT_TRUE(from.shutdown_write());
  });
  std::string all = read_all(to);
  sender.wait();
  return all;
}

std::string numbers(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + ' ';
  return text;
}

WEFT_TEST_WITH("N9.1", "bytes arrive as they were sent, over TCP and Unix sockets, in both directions", .seeds = 20) {
  const std::string text = numbers(200'000);
  tcp_ends tcp;
  EXPECT_EQ(carried(tcp.client, tcp.server, text, 50'000), text);
  EXPECT_EQ(carried(tcp.server, tcp.client, text, 7'777), text);
  unix_ends local;
  EXPECT_EQ(carried(local.left, local.right, text, 100'000), text);
  EXPECT_EQ(carried(local.right, local.left, text, 1'000), text);
}

WEFT_TEST_WITH("N9.1", "the same over IPv6", .seeds = 5) {
  if (!has_ipv6()) return;
  tcp_ends tcp("[::1]:0");
  EXPECT_EQ(carried(tcp.client, tcp.server, numbers(50'000), 50'000), numbers(50'000));
  EXPECT_TRUE(tcp.client.remote().address().is_ipv6());
}

WEFT_TEST_WITH("N9.2", "a message in segments of one byte arrives whole", .seeds = 10) {
  tcp_ends tcp;
  const std::string text = numbers(300);
  EXPECT_EQ(carried(tcp.client, tcp.server, text, 1), text);
}

WEFT_TEST_WITH("N9.3", "a write that does not fit at once goes on until everything is written", .seeds = 10) {
  unix_ends local;
  const std::string text = numbers(1'000'000);
  weft::wait_group writer;
  writer.go([&] {
    EXPECT_EQ(*local.left.write(bytes_of(text)), text.size());
    local.left.close();
  });
  EXPECT_EQ(read_all(local.right), text);
  writer.wait();
}

WEFT_TEST_WITH("N9.4", "parts are written as if they stood one after another", .seeds = 10) {
  unix_ends local;
  const std::string body = numbers(300'000);
  std::vector<bytes> parts{bytes_of("head"), {}, bytes_of(": "), bytes_of(body), {}};
  std::string all = "head: " + body;
  for (int i = 0; i < 200; ++i) {
    parts.push_back(bytes_of("xy"));
    all += "xy";
  }
  weft::wait_group writer;
  writer.go([&] {
    EXPECT_EQ(*local.left.write_parts(parts), all.size());
    EXPECT_EQ(*local.left.write_parts({}), 0u);
    local.left.close();
  });
  EXPECT_EQ(read_all(local.right), all);
  writer.wait();
}

WEFT_TEST_WITH("N9.5", "whoever has shut down its writing goes on reading", .seeds = 20) {
  tcp_ends tcp;
  ASSERT_TRUE(tcp.client.write(bytes_of("question")));
  ASSERT_TRUE(tcp.client.shutdown_write());
  EXPECT_EQ(read_all(tcp.server), "question");
  ASSERT_TRUE(tcp.server.write(bytes_of("answer")));
  tcp.server.close();
  EXPECT_EQ(read_all(tcp.client), "answer");
  EXPECT_EQ(tcp.client.write(bytes_of("x")).error(), std::errc::broken_pipe);
}

WEFT_TEST_WITH("N9.6", "a reset is an error of both sides, not a signal", .seeds = 20) {
  tcp_ends tcp;
  weft::wait_group reader;
  std::error_code seen;
  reader.go([&] { EXPECT_EQ(read_some(tcp.client, 10, &seen), ""); });
  ASSERT_TRUE(tcp.server.set_linger(0s));
  tcp.server.close();
  reader.wait();
  EXPECT_EQ(seen, std::errc::connection_reset);
  EXPECT_EQ(tcp.client.write(bytes_of("x")).error(), std::errc::broken_pipe);
}

WEFT_TEST_WITH("N9.7", "an empty read and an empty write do nothing, at once", .seeds = 5) {
  unix_ends local;
  EXPECT_EQ(*local.left.read({}), 0u);
  EXPECT_EQ(*local.left.write({}), 0u);
  EXPECT_EQ(*local.left.write_some({}), 0u);
  local.left.close();
  EXPECT_EQ(local.left.read({}).error(), weft::errc::closed);
  EXPECT_EQ(local.left.write({}).error(), weft::errc::closed);
}

WEFT_TEST_WITH("N9.8", "options are as Go's at first, and as they were set", .seeds = 5) {
  tcp_ends tcp;
  for (weft::net::tcp_connection* const end : {&tcp.client, &tcp.server}) {
    EXPECT_TRUE(*end->no_delay());
    EXPECT_TRUE(*end->keep_alive());
    EXPECT_TRUE(end->set_no_delay(false));
    EXPECT_TRUE(end->set_keep_alive(std::nullopt));
    EXPECT_FALSE(*end->no_delay());
    EXPECT_FALSE(*end->keep_alive());
    EXPECT_TRUE(end->set_keep_alive(60s));
    EXPECT_TRUE(*end->keep_alive());
    EXPECT_TRUE(end->set_receive_buffer(64 * 1024));
    EXPECT_TRUE(end->set_send_buffer(64 * 1024));
    EXPECT_GE(*end->receive_buffer(), 64u * 1024);
    EXPECT_GE(*end->send_buffer(), 64u * 1024);
  }
  tcp.client.close();
  EXPECT_EQ(tcp.client.set_no_delay(true).error(), weft::errc::closed);
  EXPECT_EQ(tcp.client.no_delay().error(), weft::errc::closed);
}

WEFT_TEST_WITH("N9.9", "both sides know where they are", .seeds = 5) {
  tcp_ends tcp;
  EXPECT_EQ(tcp.client.remote(), tcp.listener.local());
  EXPECT_EQ(tcp.server.remote(), tcp.client.local());
  EXPECT_NE(tcp.client.local().port(), 0);
  const std::string name = fresh_name();
  auto listener = weft::net::listen_unix(name);
  ASSERT_TRUE(listener);
  EXPECT_EQ(listener->local().path(), name);
  auto client = weft::net::connect_unix(name);
  ASSERT_TRUE(client);
  EXPECT_EQ(client->remote().path(), name);
  EXPECT_EQ(client->local().text(), "unix:");
  tcp.client.close();
  EXPECT_EQ(tcp.client.local(), weft::net::endpoint());
}

WEFT_TEST_WITH("N9.10", "reading can be shut down, which ends a read that waits", .seeds = 10) {
  tcp_ends tcp;
  weft::wait_group reader;
  reader.go([&] { EXPECT_EQ(read_some(tcp.client), ""); });
  weft::yield();
  EXPECT_TRUE(tcp.client.shutdown_read());
  reader.wait();
  EXPECT_TRUE(tcp.client.write(bytes_of("x")));
  EXPECT_EQ(read_some(tcp.server), "x");
}

}  // namespace

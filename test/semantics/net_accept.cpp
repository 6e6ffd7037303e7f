// SPDX-License-Identifier: Apache-2.0
//
// Listeners: what is accepted, and what a listener outlives.
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "network.hpp"
#include "no_descriptors.hpp"
#include "weft/testing.hpp"

namespace {

using namespace weft::test;

WEFT_TEST_WITH("N11.1", "a listener that has no descriptor left tries again until it has", .seeds = 10) {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  auto client = weft::net::connect_tcp(listener->local());
  ASSERT_TRUE(client);
  weft::wait_group server;
  {
    const no_descriptors none;
    server.go([&] {
      auto accepted = listener->accept();
      EXPECT_TRUE(accepted) << accepted.error().message();
      EXPECT_EQ(accepted->remote(), client->local());
    });
    weft::sleep_for(40ms);
    EXPECT_EQ(weft::net::connect_tcp(listener->local()).error().value(), EMFILE);
    EXPECT_EQ(weft::net::unix_pair().error().value(), EMFILE);
  }
  server.wait();
}

WEFT_TEST_WITH("N11.2", "such a listener can be closed, limited and given a deadline", .seeds = 10) {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  auto client = weft::net::connect_tcp(listener->local());
  ASSERT_TRUE(client);
  const no_descriptors none;
  EXPECT_EQ(listener->accept_for(12ms).error().value(), static_cast<int>(weft::errc::timed_out));
  listener->set_read_deadline(weft::clock::now() + 12ms);
  EXPECT_EQ(listener->accept().error().value(), static_cast<int>(weft::errc::timed_out));
  listener->clear_deadlines();
  auto ctx = weft::with_timeout(weft::background(), 12ms);
  EXPECT_EQ(listener->accept(ctx).error().value(), static_cast<int>(weft::errc::timed_out));
  weft::wait_group server;
  server.go([&] { EXPECT_EQ(listener->accept().error().value(), static_cast<int>(weft::errc::closed)); });
  weft::testing::settle();
  listener->close();
  server.wait();
}

WEFT_TEST_WITH("N11.3", "several goroutines accept from one listener, each connection once", .seeds = 10) {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  std::atomic<int> served{0};
  weft::wait_group servers;
  for (int i = 0; i < 3; ++i) {
    servers.go([&] {
      while (auto next = listener->accept()) {
        EXPECT_EQ(read_all(*next), "hello");
        ++served;
      }
    });
  }
  weft::wait_group clients;
  for (int i = 0; i < 12; ++i) {
    clients.go([&] {
      auto client = weft::net::connect_tcp(listener->local());
      ASSERT_TRUE(client);
      EXPECT_TRUE(client->write(bytes_of("hello")));
      EXPECT_TRUE(client->shutdown_write());
      EXPECT_EQ(read_all(*client), "");
    });
  }
  clients.wait();
  listener->close();
  servers.wait();
  EXPECT_EQ(served.load(), 12);
}

WEFT_TEST_WITH("N11.4",
               "a connection that its client has given up already is accepted and ends, and the next is served",
               .seeds = 10) {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  for (const bool reset : {true, false}) {
    auto client = weft::net::connect_tcp(listener->local());
    ASSERT_TRUE(client);
    EXPECT_TRUE(client->set_linger(reset ? std::optional(0s) : std::nullopt));
    client->close();
  }
  auto last = weft::net::connect_tcp(listener->local());
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->write(bytes_of("last")));
  EXPECT_TRUE(last->shutdown_write());
  std::string got;
  while (got.empty()) {
    auto next = listener->accept_for(long_time);
    ASSERT_TRUE(next);
    got = read_all(*next);
  }
  EXPECT_EQ(got, "last");
}

WEFT_TEST_WITH("N11.5", "a listener at :: takes IPv4 too, unless it is told not to", .seeds = 3) {
  if (!has_ipv6()) return;
  auto wide = weft::net::listen_tcp("[::]:0");
  ASSERT_TRUE(wide);
  EXPECT_TRUE(weft::net::connect_tcp({weft::net::address::loopback(), wide->local().port()}));
  auto narrow = weft::net::listen_tcp("[::]:0", {.v6_only = true});
  ASSERT_TRUE(narrow);
  EXPECT_TRUE(weft::net::connect_tcp({weft::net::address::loopback_ipv6(), narrow->local().port()}));
}

}  // namespace

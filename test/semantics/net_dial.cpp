// SPDX-License-Identifier: Apache-2.0
//
// Connecting: by endpoint, by name, with several addresses, and in vain.
#include <string>
#include <vector>

#include "network.hpp"
#include "weft/testing.hpp"

namespace {

using namespace weft::test;
using weft::net::dial_failure;
using weft::net::endpoint;

/// A port at which nobody listens: it was free a moment ago.
endpoint nobody() {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  EXPECT_TRUE(listener);
  return listener->local();
}

/// A listener whose queue is full: whoever comes waits.
struct full_listener {
  weft::net::tcp_listener listener;
  std::vector<weft::net::tcp_connection> inside;

  full_listener() {
    auto made = weft::net::listen_tcp("127.0.0.1:0", {.backlog = 0});
    EXPECT_TRUE(made);
    listener = std::move(*made);
    for (;;) {
      auto next = weft::net::connect_tcp_for(20ms, listener.local());
      if (!next) break;
      inside.push_back(std::move(*next));
    }
  }
};

WEFT_TEST_WITH("N7.1", "a name is looked up and connected with", .seeds = 3) {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  const std::string port = std::to_string(listener->local().port());
  for (const char* const host : {"127.0.0.1", "localhost"}) {
    auto connection = weft::net::dial_for(long_time, host, port);
    ASSERT_TRUE(connection) << host << ": " << connection.error().message();
    EXPECT_EQ(connection->remote(), listener->local());
    EXPECT_TRUE(listener->accept_for(long_time));
  }
}

WEFT_TEST_WITH("N7.2", "what failed is named: the address, or the name, and why", .seeds = 3) {
  std::vector<dial_failure> failures;
  const endpoint gone = nobody();
  auto refused = weft::net::dial("127.0.0.1", std::to_string(gone.port()), {.failures = &failures});
  EXPECT_EQ(refused.error(), std::errc::connection_refused);
  EXPECT_EQ(weft::net::describe(failures), gone.text() + ": Connection refused");
  failures.clear();
  auto unknown = weft::net::dial_for(long_time, "no such host.invalid", "80", {.failures = &failures});
  EXPECT_EQ(unknown.error(), weft::net::errc::host_not_found);
  EXPECT_EQ(weft::net::describe(failures), "no such host.invalid:80: no such host: name or service not known");
  EXPECT_EQ(weft::net::dial(std::string_view("a\0b", 3), "80").error(), weft::net::errc::host_not_found);
  EXPECT_FALSE(weft::net::resolve("127.0.0.1", "nosuchservice"));
  EXPECT_EQ(weft::net::dial_any({}, {}).error(), weft::net::errc::host_not_found);
}

WEFT_TEST_WITH("N7.3", "if an address fails the next is tried at once, and the error is the first's", .seeds = 10) {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  std::vector<dial_failure> failures;
  const endpoint to[] = {nobody(), endpoint(), listener->local()};
  const auto before = weft::clock::now();
  auto connection = weft::net::dial_any({}, to, {.fallback_after = 10min, .failures = &failures});
  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->remote(), listener->local());
  EXPECT_LT(weft::clock::now() - before, 9min);
  EXPECT_EQ(failures.size(), 2u);
  const endpoint bad[] = {nobody(), endpoint()};
  EXPECT_EQ(weft::net::dial_any({}, bad).error(), std::errc::connection_refused);
}

WEFT_TEST_WITH("N7.4", "if an address does not answer the next is tried beside it, and the loser is called off",
               .seeds = 3, .workers = {1, 4}) {
  const full_listener silent;
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  const endpoint to[] = {silent.listener.local(), listener->local()};
  const auto before = weft::clock::now();
  auto connection = weft::net::dial_any({}, to, {.fallback_after = 30ms});
  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->remote(), listener->local());
  EXPECT_GE(weft::clock::now() - before, 30ms);
}

WEFT_TEST_WITH("N7.5", "connecting gives up with its limit, alone and as one of several", .seeds = 3,
               .workers = {1, 4}) {
  const full_listener silent;
  const endpoint to[] = {silent.listener.local(), silent.listener.local()};
  EXPECT_EQ(weft::net::connect_tcp_for(5ms, to[0]).error(), weft::errc::timed_out);
  EXPECT_EQ(weft::net::dial_any(weft::detail::within(5ms), to).error(), weft::errc::timed_out);
  auto ctx = weft::with_cancel(weft::background());
  weft::wait_group both;
  both.go([&] { EXPECT_EQ(weft::net::connect_tcp(ctx, to[0]).error(), weft::errc::cancelled); });
  both.go([&] { EXPECT_EQ(weft::net::dial_any(ctx, to).error(), weft::errc::cancelled); });
  weft::testing::settle();
  ctx.cancel();
  both.wait();
  EXPECT_EQ(weft::net::dial(ctx, "localhost", "1").error(), weft::errc::cancelled);
  EXPECT_EQ(weft::net::connect_tcp(ctx, to[0]).error(), weft::errc::cancelled);
}

WEFT_TEST_WITH("N7.2", "what was under way when the limit ended is named, too, and what cannot be reached from there",
               .seeds = 3, .workers = {1, 4}) {
  const full_listener silent;
  const endpoint to[] = {silent.listener.local(), nobody(), silent.listener.local()};
  std::vector<dial_failure> failures;
  const auto gone = weft::net::dial_any(weft::detail::within(60ms), to, {.fallback_after = 5ms, .failures = &failures});
  EXPECT_EQ(gone.error(), weft::errc::timed_out);
  ASSERT_EQ(failures.size(), 3u) << weft::net::describe(failures);
  for (const dial_failure& each : failures) {
    if (each.where == to[1].text()) {
      EXPECT_EQ(each.error, std::errc::connection_refused);
    } else {
      EXPECT_EQ(each.error, weft::errc::timed_out) << each.where;
    }
  }
  failures.clear();
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  const endpoint mixed[] = {{weft::net::address::loopback_ipv6(), 1}, listener->local()};
  const endpoint from(weft::net::address::loopback(), 0);
  EXPECT_TRUE(weft::net::dial_any({}, mixed, {.from = from, .failures = &failures}));
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].error, weft::net::errc::wrong_family);
  EXPECT_EQ(weft::net::dial_any({}, std::span(mixed, 1), {.from = from}).error(), weft::net::errc::wrong_family);
}

WEFT_TEST_WITH("N7.6", "a port in use, a wrong family and an address of others are refused", .seeds = 3) {
  auto first = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(first);
  EXPECT_EQ(weft::net::listen_tcp(first->local()).error(), std::errc::address_in_use);
  EXPECT_EQ(weft::net::bind_udp("192.0.2.1:0").error(), std::errc::address_not_available);
  EXPECT_EQ(weft::net::listen_tcp("localhost:80").error(), weft::net::errc::bad_address);
  EXPECT_EQ(weft::net::listen_tcp("127.0.0.1").error(), weft::net::errc::missing_port);
  EXPECT_EQ(weft::net::listen_tcp(*endpoint::local("@x")).error(), weft::net::errc::wrong_family);
  EXPECT_EQ(weft::net::connect_tcp(endpoint()).error(), weft::net::errc::wrong_family);
  EXPECT_EQ(weft::net::connect_udp(endpoint()).error(), weft::net::errc::wrong_family);
  auto shared = weft::net::listen_tcp("127.0.0.1:0", {.reuse_port = true});
  ASSERT_TRUE(shared);
  EXPECT_TRUE(weft::net::listen_tcp(shared->local(), {.reuse_port = true}));
}

WEFT_TEST_WITH("N7.7", "many who ask for the same name get the same answer", .seeds = 2) {
  weft::wait_group all;
  for (int i = 0; i < 100; ++i) {
    all.go([i] {
      const auto found = weft::net::resolve_for(long_time, "localhost", i % 2 == 0 ? "80" : "http");
      EXPECT_TRUE(found) << found.error().message();
      EXPECT_EQ(found.value_or(std::vector<endpoint>{endpoint()}).front().port(), 80);
    });
  }
  all.wait();
  EXPECT_EQ(weft::net::resolve("::1", "443")->front().text(), "[::1]:443");
}

}  // namespace

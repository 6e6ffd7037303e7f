// SPDX-License-Identifier: Apache-2.0
//
// How a server ends.
#include <unistd.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;

WEFT_TEST_WITH("H7.1",
               "a server that is told to end closes idle connections, finishes what runs, and takes nothing more",
               .seeds = 5) {
  weft::chan<weft::unit> begun, go_on;
  server here([&](request& asked, response& answer) {
    if (asked.path() == "/long") {
      begun.send({});
      go_on.recv();
      EXPECT_FALSE(asked.ctx().err());
    }
    answer.send("done");
  });
  client idle = here.connect();
  idle.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_EQ(body_of(idle.one()), "done");
  client busy = here.connect();
  busy.send("GET /long HTTP/1.1\r\nHost: here\r\n\r\nGET /next HTTP/1.1\r\nHost: here\r\n\r\n");
  begun.recv();
  here.ctx.cancel();
  EXPECT_EQ(idle.rest(), "");
  EXPECT_FALSE(here.stopped_within(1ms));
  go_on.send({});
  const std::string last = busy.rest();
  EXPECT_EQ(body_of(last), "done");
  EXPECT_NE(last.find("Connection: close"), last.npos);
  busy.connection.close();
  here.stop();
  EXPECT_TRUE(here.ended);
}

WEFT_TEST_WITH("H7.2", "what is not done in time has its context cancelled and its connection closed", .seeds = 3,
               .workers = {2}) {
  http::server_options options;
  options.grace = 20ms;
  weft::chan<weft::unit> begun;
  std::error_code waited, written;
  server here(
      [&](request& asked, response& answer) {
        begun.send({});
        asked.stopping().recv();
        EXPECT_FALSE(asked.ctx().err());
        asked.ctx().done().recv();
        waited = asked.ctx().err();
        answer.add("too late");
        written = answer.flush().error();
      },
      options);
  client c = here.connect();
  c.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
  begun.recv();
  here.stop();
  EXPECT_EQ(waited, weft::errc::cancelled);
  EXPECT_EQ(written, weft::errc::cancelled);
  EXPECT_EQ(c.rest(), "");
}

WEFT_TEST_WITH("H7.3", "closing the listener ends the server, too", .seeds = 3) {
  server here(echo);
  EXPECT_EQ(status_of(here.get("/")), 200);
  here.listener.close();
  EXPECT_TRUE(here.stopped_within(patience));
  EXPECT_TRUE(here.ended);
}

WEFT_TEST_WITH("H7.4", "several listeners of any kind may be served, such as a Unix socket", .seeds = 3) {
  auto ctx = weft::with_cancel(weft::background());
  auto listener = weft::net::listen_unix("@weft-http-" + std::to_string(getpid()));
  ASSERT_TRUE(listener);
  weft::wait_group running;
  running.go([&] { EXPECT_TRUE(http::serve(ctx, *listener, echo)); });
  auto c = weft::net::connect_unix(listener->local().path());
  ASSERT_TRUE(c);
  EXPECT_TRUE(weft::io::write(*c, "POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"));
  const auto answer = weft::io::read_all(*c);
  ASSERT_TRUE(answer);
  EXPECT_EQ(body_of(*answer), "hi");
  ctx.cancel();
  running.wait();
}

/// Stands for TLS: a handshake of one byte, and then each byte the other way round.
class masked {
 public:
  explicit masked(weft::net::tcp_connection&& below) : below_(std::move(below)) {}
  weft::result<void> handshake(const weft::detail::wait_limit& limit) {
    std::byte hello{};
    const auto got = below_.read(limit, std::span(&hello, 1));
    if (!got) return got.error();
    if (*got == 0 || hello != std::byte{'!'}) return std::make_error_code(std::errc::protocol_error);
    return {};
  }
  weft::result<std::size_t> read(std::span<std::byte> into) { return read({}, into); }
  weft::result<std::size_t> read(const weft::detail::wait_limit& limit, std::span<std::byte> into) {
    const auto got = below_.read(limit, into);
    for (std::byte& each : into.first(got.value_or(0))) each ^= std::byte{0x55};
    return got;
  }
  weft::result<std::size_t> write(std::span<const std::byte> from) { return write({}, from); }
  weft::result<std::size_t> write(const weft::detail::wait_limit& limit, std::span<const std::byte> from) {
    std::vector<std::byte> copy(from.begin(), from.end());
    for (std::byte& each : copy) each ^= std::byte{0x55};
    return below_.write(limit, copy);
  }

 private:
  weft::net::tcp_connection below_;
};

std::string turned(std::string text) {
  for (char& c : text) c = static_cast<char>(c ^ 0x55);
  return text;
}

WEFT_TEST_WITH("H7.4", "connections may be wrapped, as in TLS, and one whose handshake fails harms nobody",
               .seeds = 3) {
  auto ctx = weft::with_cancel(weft::background());
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  const auto secret = [](request& asked, response& answer) {
    EXPECT_TRUE(asked.secure());
    answer.send(asked.peer().address().is_loopback() ? "near" : "far");
  };
  weft::wait_group running;
  running.go([&] {
    EXPECT_TRUE(http::serve(ctx, *listener, secret, {},
                            [](weft::net::tcp_connection&& raw) { return masked(std::move(raw)); }));
  });
  client wrong(listener->local());
  wrong.send("?");
  EXPECT_EQ(wrong.rest(), "");
  client right(listener->local());
  right.send("!" + turned("GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(body_of(turned(right.rest())), "near");
  ctx.cancel();
  running.wait();
}

WEFT_TEST_WITH("HR9", "a handshake that has not ended holds up no server that is told to end", .seeds = 3) {
  auto ctx = weft::with_cancel(weft::background());
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  weft::chan<weft::unit> accepted(1);
  weft::wait_group running;
  http::server_options options;
  options.header_timeout = options.grace = patience;
  running.go([&] {
    EXPECT_TRUE(http::serve(ctx, *listener, echo, options, [&](weft::net::tcp_connection&& raw) {
      accepted.send({});
      return masked(std::move(raw));
    }));
  });
  const client silent(listener->local());
  accepted.recv();
  ctx.cancel();
  EXPECT_TRUE(running.wait_for(patience / 2));
  running.wait();
}

}  // namespace

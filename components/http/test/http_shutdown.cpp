// SPDX-License-Identifier: Apache-2.0
//
// How a server ends.
#include <unistd.h>

#include <string>

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
        weft::io::write(answer, "too late");
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
  EXPECT_TRUE(here.stopped_within(long_time));
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
  weft::io::write(*c, "POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
  const auto answer = weft::io::read_all(*c);
  ASSERT_TRUE(answer);
  EXPECT_EQ(body_of(*answer), "hi");
  ctx.cancel();
  running.wait();
}

}  // namespace

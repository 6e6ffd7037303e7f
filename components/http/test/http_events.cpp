// SPDX-License-Identifier: Apache-2.0
//
// Server-sent events.
#include <string>

#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;

WEFT_TEST_WITH("H10.1", "events arrive as they are sent, line by line, and nothing in them begins a field",
               .seeds = 3) {
  weft::chan<weft::unit> arrived;
  const server here([&](request& asked, response& answer) {
    http::event_stream out(asked, answer);
    EXPECT_TRUE(out.send({.data = "one"}));
    arrived.recv();
    EXPECT_TRUE(out.send({.data = "two\nlines\r\nand\rmore", .name = "na\nme", .id = "7", .retry = 2s}));
    EXPECT_TRUE(out.comment("ping"));
  });
  client c = here.connect();
  c.send("GET / HTTP/1.0\r\n\r\n");  // so that the answer is not chunked
  const std::string first = c.until("data: one\n\n");
  EXPECT_NE(first.find("Content-Type: text/event-stream"), first.npos);
  arrived.send({});
  EXPECT_EQ(c.rest(), "event: na me\nid: 7\nretry: 2000\ndata: two\ndata: lines\ndata: and\ndata: more\n\n: ping\n\n");
}

WEFT_TEST_WITH("H10.2", "a stream of events ends with its client, and when the server shuts down", .seeds = 3) {
  weft::chan<std::error_code> ended(1);
  server here([&](request& asked, response& answer) {
    http::event_stream out(asked, answer);
    EXPECT_TRUE(out.send({.data = "hello"}));
    out.ctx().done().recv();
    ended.send(out.send({.data = "nobody"}).error());
  });
  {
    client c = here.connect();
    c.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
    c.until("hello");
  }
  EXPECT_EQ(ended.recv(), weft::errc::cancelled);
  client c = here.connect();
  c.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
  c.until("hello");
  here.ctx.cancel();
  EXPECT_EQ(ended.recv(), weft::errc::cancelled);
  EXPECT_TRUE(c.rest().ends_with("0\r\n\r\n"));
}

}  // namespace

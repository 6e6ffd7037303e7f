// SPDX-License-Identifier: Apache-2.0
//
// Requests in, answers out, many on one connection.
#include <string>
#include <vector>

#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;

WEFT_TEST_WITH("H2.1", "requests of one connection are answered in their order, also those that were sent in advance",
               .seeds = 5) {
  const server here([](request& asked, response& answer) { answer.send(std::string(asked.target())); });
  client c = here.connect();
  for (const char* path : {"/one", "/two"}) {
    c.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: here\r\n\r\n");
    EXPECT_EQ(body_of(c.one()), path);
  }
  std::string many;
  for (int i = 0; i < 20; ++i) many += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: here\r\n\r\n";
  c.send(many);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(body_of(c.one()), "/" + std::to_string(i));
  c.send("GET /last HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
  const std::string last = c.rest();
  EXPECT_EQ(body_of(last), "/last");
  EXPECT_NE(last.find("Connection: close"), last.npos);
}

WEFT_TEST_WITH("H2.1", "a client of HTTP/1.0 gets its connection closed, unless it asks to keep it", .seeds = 3) {
  const server here([](request&, response& answer) { answer.send("x"); });
  EXPECT_EQ(body_of(here.ask("GET / HTTP/1.0\r\n\r\n")), "x");
  client c = here.connect();
  for (int i = 0; i < 2; ++i) {
    c.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_NE(c.one().find("Connection: keep-alive"), std::string::npos);
  }
}

WEFT_TEST_WITH("H2.2", "a body comes as it was sent, counted or chunked, whole or byte by byte", .seeds = 3) {
  const server here(echo);
  client c = here.connect();
  const std::string head = "POST / HTTP/1.1\r\nHost: here\r\n";
  for (const std::string& text :
       {head + "Content-Length: 11\r\n\r\nhello there",
        head + "Transfer-Encoding: chunked\r\n\r\n6;a=b\r\nhello \r\n5\r\nthere\r\n0\r\n\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\nb\r\nhello there\r\n0\r\nX-Trailer: 1\r\n\r\n"}) {
    c.send(text);
    EXPECT_EQ(body_of(c.one()), "hello there");
    for (const char byte : text) c.send({&byte, 1});
    EXPECT_EQ(body_of(c.one()), "hello there");
  }
  const std::string large(300'000, 'L');
  c.send(head + "Content-Length: 300000\r\n\r\n" + large);
  EXPECT_EQ(body_of(c.one()), large);
}

WEFT_TEST_WITH("H2.3", "a body that is not read is dropped if it is short, and ends the connection if it is long",
               .seeds = 3) {
  const server here([](request&, response& answer) { answer.send("done"); });
  client c = here.connect();
  c.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_EQ(body_of(c.one()), "done");
  EXPECT_EQ(body_of(c.one()), "done");
  const std::string long_one = here.ask("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10000000\r\n\r\n");
  EXPECT_EQ(body_of(long_one), "done");
  EXPECT_NE(long_one.find("Connection: close"), long_one.npos);
}

WEFT_TEST_WITH("H2.4", "who expects 100-continue is told to go on when the body is read, and never without",
               .seeds = 3) {
  const server here([](request& asked, response& answer) {
    if (asked.path() == "/unread") return answer.fail(http::status::forbidden);
    echo(asked, answer);
  });
  client c = here.connect();
  c.send("PUT /read HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(c.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("ok");
  EXPECT_EQ(body_of(c.one()), "ok");
  c.send("PUT /unread HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(status_of(c.rest()), 403);
  EXPECT_EQ(status_of(here.ask("GET / HTTP/1.1\r\nHost: here\r\nExpect: miracles\r\n\r\n")), 417);
}

WEFT_TEST_WITH("H2.5", "an exception in a handler is answered with 500 and reported, and the server lives on",
               .seeds = 3) {
  std::vector<http::incident> told;
  http::server_options options;
  options.on_error = [&](const http::incident& what) { told.push_back(what); };
  const server here(
      [](request& asked, response& answer) {
        if (asked.path() == "/late") {
          answer.add("half");
          EXPECT_TRUE(answer.flush());
        }
        if (asked.path() == "/number") throw 7;
        if (asked.path() != "/fine") throw std::runtime_error("broken");
        answer.send("fine");
      },
      options);
  client c = here.connect();
  c.send("GET /early HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_EQ(status_of(c.one()), 500);
  c.send("GET /fine HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_EQ(body_of(c.one()), "fine");
  EXPECT_EQ(status_of(here.get("/number")), 500);
  const std::string late = here.get("/late");
  EXPECT_NE(late.find("half"), late.npos);
  EXPECT_FALSE(late.ends_with("0\r\n\r\n"));
  EXPECT_EQ(body_of(here.get("/fine")), "fine");
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].what, "broken");
  EXPECT_TRUE(told[0].where.starts_with("GET /early from 127.0.0.1:")) << told[0].where;
}

WEFT_TEST_WITH("H2.6", "a request tells its method, path, query, fields, peer and version", .seeds = 2) {
  const server here([](request& asked, response& answer) {
    EXPECT_EQ(asked.method(), "GET");
    EXPECT_EQ(asked.target(), "/a%20b/c?x=1&y=a+b%26&x=2&z");
    EXPECT_EQ(asked.path(), "/a b/c");
    EXPECT_EQ(asked.raw_path(), "/a%20b/c");
    EXPECT_EQ(asked.query(), "x=1&y=a+b%26&x=2&z");
    EXPECT_EQ(asked.query("x"), "1");
    EXPECT_EQ(asked.query("y"), "a b&");
    EXPECT_EQ(asked.query("z"), "");
    EXPECT_EQ(asked.query("w"), std::nullopt);
    EXPECT_EQ(asked.header().get("x-field"), "a  b");
    EXPECT_EQ(asked.host(), "here:80");
    EXPECT_EQ(asked.version(), 11);
    EXPECT_EQ(asked.content_length(), 0u);
    EXPECT_TRUE(asked.peer().address().is_loopback());
    EXPECT_FALSE(asked.secure());
    answer.send("seen");
  });
  EXPECT_EQ(body_of(here.ask("GET /a%20b/c?x=1&y=a+b%26&x=2&z HTTP/1.1\r\nHost: here:80\r\nX-Field: \t a  b \r\n"
                             "Connection: close\r\n\r\n")),
            "seen");
}

WEFT_TEST_WITH("H2.7", "the context of a request ends when the client goes, and when the handler returns", .seeds = 5) {
  weft::chan<std::error_code> seen(4);
  weft::chan<weft::context> kept(1);
  const server here([&](request& asked, response& answer) {
    if (asked.path() == "/keep") {
      kept.send(asked.ctx());
      return answer.send("kept");
    }
    echo(asked, answer);
    asked.ctx().done().recv();
    seen.send(asked.ctx().err());
  });
  {
    client c = here.connect();
    c.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\nok");
  }
  EXPECT_EQ(seen.recv(), weft::errc::cancelled);
  client c = here.connect();
  const std::string keep = "GET /keep HTTP/1.1\r\nHost: here\r\n\r\n";
  c.send(keep + keep);  // the second one comes while somebody watches the first
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(body_of(c.one()), "kept");
    kept.recv()->done().recv();
  }
}

}  // namespace

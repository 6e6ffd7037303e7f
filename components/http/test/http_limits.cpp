// SPDX-License-Identifier: Apache-2.0
//
// Limits of size, time and number, and what those get who exceed them.
#include <string>
#include <vector>

#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;

WEFT_TEST_WITH("H8.1", "a header, a request line or a body beyond its limit is refused with 431, 414 and 413",
               .seeds = 2) {
  http::server_options options;
  options.max_header = 1000;
  options.max_body = 100;
  const server here(echo, options);
  const std::string head = "POST / HTTP/1.1\r\nHost: here\r\n";
  EXPECT_EQ(status_of(here.ask(head + "X: " + std::string(1000, 'x') + "\r\n\r\n")), 431);
  EXPECT_EQ(status_of(here.ask("GET /" + std::string(1000, 'x'))), 414);
  EXPECT_EQ(status_of(here.ask(head + "Content-Length: 101\r\n\r\n")), 413);
  EXPECT_EQ(status_of(here.ask(head + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + std::string(64, 'a') + "\r\n40\r\n" +
                               std::string(64, 'a') + "\r\n0\r\n\r\n")),
            413);
  EXPECT_EQ(status_of(here.ask(head + "Connection: close\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'a'))),
            200);
  std::string many = head;
  for (int i = 0; i < 101; ++i) many += "A:\r\n";
  EXPECT_EQ(status_of(here.ask(many + "\r\n")), 431);
}

WEFT_TEST_WITH("H8.2", "a header or a body that does not come in time is refused with 408, silence is closed",
               .seeds = 2, .workers = {2}) {
  http::server_options options;
  options.header_timeout = 50ms;
  options.body_timeout = 50ms;
  options.idle_timeout = 50ms;
  const server here(echo, options);
  EXPECT_EQ(status_of(here.ask("GET / HTTP/1.1\r\nHost:")), 408);
  EXPECT_EQ(status_of(here.ask("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nabc")), 408);
  EXPECT_EQ(here.ask(""), "");
  client c = here.connect();
  c.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_EQ(status_of(c.one()), 200);
  EXPECT_EQ(c.rest(), "");
}

WEFT_TEST_WITH("H8.3", "who takes nothing of a long answer is closed after the time for writing", .seeds = 1,
               .workers = {2}) {
  http::server_options options;
  options.write_timeout = 50ms;
  weft::chan<std::error_code> failed(1);
  const server here(
      [&](request&, response& answer) {
        const std::string much(1 << 20, 'm');
        for (int i = 0; i < 1000; ++i) {
          if (const auto put = weft::io::write(answer, much); !put) return failed.send(put.error());
        }
      },
      options);
  client c = here.connect();
  c.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_EQ(failed.recv(), weft::errc::timed_out);
}

WEFT_TEST_WITH("H8.4", "one connection too many is answered with 503, and served when there is room again", .seeds = 2,
               .workers = {2}) {
  http::server_options options;
  options.max_connections = 3;
  const server here([](request&, response& answer) { answer.send("room"); }, options);
  std::vector<client> taken;
  for (int i = 0; i < 3; ++i) {
    taken.push_back(here.connect());
    taken.back().send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
    EXPECT_EQ(body_of(taken.back().one()), "room");
  }
  EXPECT_EQ(status_of(here.get("/")), 503);
  taken.clear();
  while (status_of(here.get("/")) != 200) weft::yield();
}

WEFT_TEST_WITH("H8.5", "clients that send a byte now and then do not hold up others", .seeds = 1, .workers = {1, 2}) {
  const server here([](request&, response& answer) { answer.send("quick"); });
  constexpr int slow = 200;
  std::vector<client> crawling;
  for (int i = 0; i < slow; ++i) {
    crawling.push_back(here.connect());
    crawling.back().send("GET / HTTP/1.1\r\nX");
  }
  for (int round = 0; round < 3; ++round) {
    for (client& each : crawling) each.send("x");
    EXPECT_EQ(body_of(here.get("/")), "quick");
  }
  for (client& each : crawling) each.send(": y\r\nHost: here\r\n\r\n");
  for (client& each : crawling) EXPECT_EQ(body_of(each.one()), "quick");
}

}  // namespace

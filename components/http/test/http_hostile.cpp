// SPDX-License-Identifier: Apache-2.0
//
// What is not quite HTTP is refused, and never understood in a way of our own.
#include <string>

#include "hostile_requests.hpp"
#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;

WEFT_TEST_WITH("H6.1", "each of the hostile requests is refused, and its connection closed", .seeds = 1,
               .workers = {2}) {
  int handled = 0;
  const server here([&](request& asked, response& answer) {
    ++handled;
    echo(asked, answer);
  });
  static_assert(std::size(hostile_requests) >= 60);
  for (const hostile& each : hostile_requests) {
    const std::string answer = here.ask(bytes_of(each));
    EXPECT_EQ(status_of(answer), each.status) << each.what << "\n" << answer;
    EXPECT_NE(answer.find("Connection: close"), answer.npos) << each.what;
    EXPECT_EQ(answer.find("HTTP/1.1 ", 9), answer.npos) << each.what << ": answered twice";
  }
  EXPECT_EQ(status_of(here.get("/still/there")), 200);
}

WEFT_TEST_WITH("H6.2", "a hostile request is refused in the same way when it comes byte by byte", .seeds = 1,
               .workers = {2}) {
  const server here(echo);
  for (std::size_t i = 0; i < std::size(hostile_requests); i += 7) {
    const hostile& each = hostile_requests[i];
    client c = here.connect();
    for (const char byte : bytes_of(each)) c.send({&byte, 1});
    EXPECT_EQ(status_of(c.rest()), each.status) << each.what;
  }
}

WEFT_TEST_WITH("H6.3", "what stands behind a refused request is not looked at", .seeds = 2) {
  int handled = 0;
  const server here([&](request&, response& answer) {
    ++handled;
    answer.send("reached");
  });
  const std::string answer =
      here.ask("GET / HTTP/1.1\r\nHost: here\r\nX : y\r\n\r\nGET /hidden HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_EQ(status_of(answer), 400);
  EXPECT_EQ(answer.find("reached"), answer.npos);
  EXPECT_EQ(handled, 0);
}

WEFT_TEST_WITH("H6.4", "fields of a trailer are not fields of the header", .seeds = 2) {
  const server here([](request& asked, response& answer) {
    EXPECT_TRUE(weft::io::read_all(asked.body()));
    answer.send(asked.header().contains("Authorization") ? "fooled" : "not fooled");
  });
  EXPECT_EQ(
      body_of(here.ask("POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                       "Authorization: me\r\n\r\n")),
      "not fooled");
}

WEFT_TEST_WITH("H6.5", "an absolute target and an empty line before the request are understood", .seeds = 2) {
  const server here(
      [](request& asked, response& answer) { answer.send(std::string(asked.host()) + std::string(asked.path())); });
  EXPECT_EQ(body_of(here.ask("\r\nGET http://HERE/a?b HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")), "HERE/a");
}

}  // namespace

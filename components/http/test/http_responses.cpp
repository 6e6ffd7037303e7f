// SPDX-License-Identifier: Apache-2.0
//
// How answers are framed.
#include <string>

#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;

bool has(const std::string& answer, const char* line) { return answer.find(std::string(line) + "\r\n") != answer.npos; }

WEFT_TEST_WITH("H4.1", "a small body goes with its length, a large one in chunks, to HTTP/1.0 until the end",
               .seeds = 2) {
  const server here([](request& asked, response& answer) {
    const int lines = asked.path() == "/large" ? 3000 : 3;
    for (int i = 0; i < lines; ++i) answer.add("line\n");
  });
  const std::string small = here.get("/small");
  EXPECT_TRUE(has(small, "Content-Length: 15")) << small;
  EXPECT_EQ(body_of(small), "line\nline\nline\n");
  const std::string large = here.get("/large");
  EXPECT_TRUE(has(large, "Transfer-Encoding: chunked")) << large.substr(0, 200);
  EXPECT_TRUE(large.ends_with("\r\n0\r\n\r\n"));
  const std::string old = here.ask("GET /large HTTP/1.0\r\n\r\n");
  EXPECT_FALSE(has(old, "Transfer-Encoding: chunked"));
  EXPECT_EQ(body_of(old).size(), 15000u);
}

WEFT_TEST_WITH("H4.2", "a length that the handler promises holds: more is an error, less ends the connection",
               .seeds = 2) {
  std::vector<std::string> told;
  http::server_options options;
  options.on_error = [&](const http::incident& what) { told.push_back(what.what); };
  const server here(
      [](request& asked, response& answer) {
        answer.header().set("Content-Length", "10000");
        answer.add(std::string(6000, 'a'));
        if (asked.path() == "/exact") answer.add(std::string(4000, 'b'));
        if (asked.path() == "/more") {
          EXPECT_EQ(weft::io::write(answer, std::string(4001, 'c')).error(), http::errc::length_mismatch);
        }
      },
      options);
  client c = here.connect();
  c.send("GET /exact HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_EQ(body_of(c.one()), std::string(6000, 'a') + std::string(4000, 'b'));
  c.send("GET /less HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_EQ(body_of(c.rest()).size(), 6000u);
  EXPECT_EQ(body_of(here.get("/more")).size(), 6000u);
  EXPECT_EQ(told.size(), 2u);
}

WEFT_TEST_WITH("H4.3", "HEAD, 204 and 304 have no body, whatever the handler writes", .seeds = 2) {
  const server here([](request& asked, response& answer) {
    if (asked.path() == "/204") answer.status(204);
    if (asked.path() == "/304") answer.status(304);
    answer.add(std::string(asked.path() == "/large" ? 9000 : 9, 'x'));
  });
  client c = here.connect();
  for (const char* line : {"HEAD /small", "HEAD /large", "GET /204", "GET /304", "HEAD /204"}) {
    c.send(std::string(line) + " HTTP/1.1\r\nHost: here\r\n\r\n");
    EXPECT_EQ(body_of(c.one(true)), "") << line;
  }
  c.send("GET /small HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_EQ(body_of(c.one()), "xxxxxxxxx");
}

WEFT_TEST_WITH("H4.4", "what is flushed arrives before the handler returns", .seeds = 3) {
  weft::chan<weft::unit> arrived;
  const server here([&](request&, response& answer) {
    answer.add("first");
    EXPECT_TRUE(answer.flush());
    EXPECT_TRUE(answer.started());
    arrived.recv();
    answer.add("second");
    answer.status(404);  // too late
  });
  client c = here.connect();
  c.send("GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
  const std::string first = c.until("first\r\n");
  EXPECT_EQ(status_of(first), 200);
  arrived.send({});
  EXPECT_EQ(c.rest(), "6\r\nsecond\r\n0\r\n\r\n");
}

WEFT_TEST_WITH("H4.5", "fail, send and redirect replace what was collected; a number that is no status throws",
               .seeds = 1) {
  const server here([](request& asked, response& answer) {
    answer.add("to be forgotten");
    EXPECT_THROW(answer.status(99), std::invalid_argument);
    if (asked.path() == "/fail") return answer.fail(418, "teapot");
    if (asked.path() == "/away") return answer.redirect("/there");
    answer.send("{}", "application/json");
  });
  const std::string failed = here.get("/fail");
  EXPECT_EQ(status_of(failed), 418);
  EXPECT_EQ(body_of(failed), "teapot\n");
  EXPECT_TRUE(has(here.get("/away"), "Location: /there"));
  const std::string sent = here.get("/send");
  EXPECT_TRUE(has(sent, "Content-Type: application/json"));
  EXPECT_EQ(body_of(sent), "{}");
}

WEFT_PLAIN_TEST("H4.6", "no value of a field can begin another field, and no name can be what it must not") {
  http::fields header;
  header.add("Location", "/a\r\nSet-Cookie: b");
  header.set("X", std::string_view("c\0d", 3));
  EXPECT_EQ(header.get("location"), "/a  Set-Cookie: b");
  EXPECT_EQ(header.get("x"), "c d");
  for (const char* wrong : {"", "a b", "a:", "a\r\nb"}) EXPECT_THROW(header.add(wrong, "v"), std::invalid_argument);
}

WEFT_PLAIN_TEST("H4.7", "fields are found by names in any case, and lists by their elements") {
  http::fields header;
  header.add("Accept", "a, b");
  header.add("ACCEPT", "c");
  header.add("Other", "");
  EXPECT_EQ(header.get("accept"), "a, b");
  EXPECT_EQ(header.count("Accept"), 2u);
  EXPECT_TRUE(header.has("accept", "B"));
  EXPECT_TRUE(header.has("accept", "c"));
  EXPECT_FALSE(header.has("accept", "a, b"));
  header.set("accept", *header.get("accept"));
  EXPECT_EQ(header.count("Accept"), 1u);
  std::string names;
  for (const auto& [name, value] : header) names += std::string(name) + "=" + std::string(value) + ";";
  EXPECT_EQ(names, "Other=;accept=a, b;");
  header.remove("OTHER");
  EXPECT_EQ(header.size(), 1u);
  header.clear();
  EXPECT_TRUE(header.empty());
}

}  // namespace

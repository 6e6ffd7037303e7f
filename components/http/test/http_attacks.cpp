// SPDX-License-Identifier: Apache-2.0
//
// What a client can try beyond odd bytes, and what a handler can do wrong, without harm to others.
#include <string>

#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;

WEFT_TEST_WITH("HR1", "an answer names its status in words, and an error's body says the same", .seeds = 1) {
  const server here([](request& asked, response& answer) {
    if (asked.path() == "/599") return answer.status(599);
    answer.fail(std::stoi(std::string(asked.path().substr(1))));
  });
  const std::string missing = here.get("/404");
  EXPECT_TRUE(missing.starts_with("HTTP/1.1 404 Not Found\r\n")) << missing;
  EXPECT_EQ(body_of(missing), "Not Found\n");
  EXPECT_TRUE(here.get("/200").starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(here.get("/511").starts_with("HTTP/1.1 511 Network Authentication Required\r\n"));
  EXPECT_TRUE(here.get("/599").starts_with("HTTP/1.1 599 \r\n"));
}

WEFT_TEST_WITH("HR2", "nobody is told to go on in the middle of an answer", .seeds = 3) {
  const server here([](request& asked, response& answer) {
    answer.add("begun, ");
    EXPECT_TRUE(answer.flush());
    const auto body = weft::io::read_all(asked.body(), 100);
    answer.add(body ? *body : "nothing");
  });
  client c = here.connect();
  c.send("PUT / HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  const std::string header = c.until("\r\n\r\n");
  EXPECT_EQ(status_of(header), 200);
  EXPECT_EQ(c.until("begun, \r\n"), "7\r\nbegun, \r\n");
  c.send("ok");
  EXPECT_EQ(c.until("0\r\n\r\n"), "2\r\nok\r\n0\r\n\r\n");
}

WEFT_TEST_WITH("HR3", "an answer has one length, whatever the handler has added", .seeds = 1) {
  const server here([](request&, response& answer) {
    answer.header().add("Content-Length", "005");
    answer.header().add("Content-Length", "6");
    EXPECT_TRUE(answer.flush());
    answer.add("hello");
  });
  const std::string answer = here.get("/");
  EXPECT_NE(answer.find("\r\nContent-Length: 5\r\n"), answer.npos) << answer;
  EXPECT_EQ(answer.find("Content-Length"), answer.rfind("Content-Length")) << answer;
  EXPECT_EQ(body_of(answer), "hello");
}

WEFT_TEST_WITH("HR4", "who sends more about chunks than in them is refused; small chunks are not", .seeds = 2) {
  const server here(echo);
  const std::string head = "POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto chunks = [](int count, const std::string& about) {
    std::string all;
    for (int i = 0; i < count; ++i) all += "1" + about + "\r\nx\r\n";
    return all + "0\r\n\r\n";
  };
  EXPECT_EQ(body_of(here.ask(head + chunks(3000, ""))), std::string(3000, 'x'));
  EXPECT_EQ(body_of(here.ask(head + chunks(100, ";name=\"a value\""))), std::string(100, 'x'));
  EXPECT_EQ(status_of(here.ask(head + chunks(30, ";name=" + std::string(1000, 'v')))), 400);
  EXPECT_EQ(status_of(here.ask(head + std::string(40, '0') + "1\r\nx\r\n0\r\n\r\n")), 400);
}

WEFT_TEST_WITH("HR5", "a body that nobody reads and that hardly comes is not waited for", .seeds = 2, .workers = {2}) {
  http::server_options options;
  options.body_timeout = 100ms;
  const server here([](request&, response& answer) { answer.send("unread"); }, options);
  client c = here.connect();
  c.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 200\r\n\r\n");
  EXPECT_EQ(body_of(c.one()), "unread");
  weft::chan<weft::unit> closed(1);
  weft::wait_group crawling;
  int sent = 0;
  crawling.go([&] {
    for (; sent < 100; ++sent) {
      c.send("x");
      if (weft::sleep_for(20ms); closed.len() != 0) return;
    }
  });
  EXPECT_EQ(c.rest(), "");
  closed.send({});
  crawling.wait();
  EXPECT_LT(sent, 100);
}

/// Frames of the server, in their order: the first byte and the size of each.
class frames {
 public:
  explicit frames(client& of) : of_(of) {}
  std::pair<int, std::size_t> next() {
    const std::string head = of_.take(2);
    if (head.size() < 2) return {};
    std::size_t size = static_cast<unsigned char>(head[1]);
    if (size >= 126) {
      const std::string more = of_.take(size == 126 ? 2 : 8);
      size = 0;
      for (const char each : more) size = size * 256 + static_cast<unsigned char>(each);
    }
    const std::string data = of_.take(size);
    if (size > 125 && data != std::string(size, 'm')) return {-1, size};
    return {static_cast<unsigned char>(head[0]), size};
  }

 private:
  client& of_;
};

WEFT_TEST_WITH("HR7", "no pong gets into the middle of a message, however long that is", .seeds = 3,
               .workers = {1, 2}) {
  constexpr std::size_t large = 8 << 20;  // more than the sockets hold
  const server here([](request& asked, response& answer) {
    auto socket = http::upgrade(asked, answer);
    ASSERT_TRUE(socket);
    weft::wait_group writing;
    writing.go([&] { EXPECT_TRUE(socket->write_text(std::string(large, 'm'))); });
    const auto end = socket->read();
    EXPECT_TRUE(end && !*end);
    writing.wait();
  });
  client c = here.connect();
  c.send(
      "GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_EQ(status_of(c.until("\r\n\r\n")), 101);
  const std::string mask(4, '\0');
  for (int i = 0; i < 5; ++i) c.send("\x89\x83" + mask + "ppp");
  frames from(c);
  int pongs = 0, messages = 0;
  for (int i = 0; i < 6; ++i) {
    const auto [kind, size] = from.next();
    if (kind == 0x8a && size == 3) ++pongs;
    if (kind == 0x81 && size == large) ++messages;
  }
  EXPECT_EQ(pongs, 5);
  EXPECT_EQ(messages, 1);
  c.send("\x88" + std::string(1, '\x80') + mask);
  EXPECT_EQ(from.next().first, 0x88);
}

WEFT_TEST_WITH("HR8", "a peer that does not answer a goodbye is not waited for without end", .on = sim_only,
               .seeds = 3) {
  const weft::chan<std::error_code> ended(1);
  const server here([&](request& asked, response& answer) {
    auto socket = http::upgrade(asked, answer);
    ASSERT_TRUE(socket);
    EXPECT_TRUE(socket->close(1000, "bye"));
    ended.send(socket->read().error());
  });
  client c = here.connect();
  c.connection.clear_deadlines();
  c.send(
      "GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_EQ((*ended.recv()), weft::errc::timed_out);
}

}  // namespace

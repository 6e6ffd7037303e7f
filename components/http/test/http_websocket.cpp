// SPDX-License-Identifier: Apache-2.0
//
// WebSockets, with a client that writes its frames by hand (RFC 6455, 5.2).
#include <string>

#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;

constexpr const char* handshake =
    "GET /chat HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A frame as clients send it, masked.
std::string frame(int opcode, std::string_view data, bool last = true) {
  std::string out{static_cast<char>((last ? 0x80 : 0) | opcode)};
  if (data.size() < 126) {
    out += static_cast<char>(0x80 | data.size());
  } else {
    out += '\xfe';
    out += static_cast<char>(data.size() >> 8);
    out += static_cast<char>(data.size() & 0xff);
  }
  const char mask[] = {1, 2, 3, 4};
  out.append(mask, 4);
  for (std::size_t i = 0; i < data.size(); ++i) out += static_cast<char>(data[i] ^ mask[i % 4]);
  return out;
}

/// The next frame of the server, which has fewer than 64 KiB: its first byte and its data.
std::string next(client& c) {
  const std::string head = c.take(2);
  if (head.size() < 2) return "end";
  std::size_t size = static_cast<unsigned char>(head[1]);
  if (size == 126) {
    const std::string more = c.take(2);
    size = static_cast<unsigned char>(more[0]) * 256u + static_cast<unsigned char>(more[1]);
  }
  return head.substr(0, 1) + c.take(size);
}

client open(const server& here, std::string_view more = {}) {
  client c = here.connect();
  c.send(handshake + std::string(more) + "\r\n");
  const std::string answer = c.until("\r\n\r\n");
  EXPECT_EQ(status_of(answer), 101) << answer;
  EXPECT_NE(answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), answer.npos) << answer;
  return c;
}

void echo_messages(request& asked, response& answer) {
  auto socket = http::upgrade(asked, answer, {.max_message = 1000, .protocol = "talk"});
  if (!socket) return;
  for (;;) {
    auto message = socket->read();
    if (!message || !*message) break;
    if ((*message)->text)
      EXPECT_TRUE(socket->write_text((*message)->data));
    else
      EXPECT_TRUE(socket->write_binary(weft::io::bytes_of((*message)->data)));
  }
}

WEFT_TEST_WITH("H9.1", "text and binary messages come whole, in one frame or in several, and pings are answered",
               .seeds = 2) {
  const server here(echo_messages);
  client c = open(here, "Sec-WebSocket-Protocol: chat, talk\r\n");
  c.send(frame(1, "hello"));
  EXPECT_EQ(next(c), "\x81hello");
  c.send(frame(2, "bytes"));
  EXPECT_EQ(next(c),
            "\x82"
            "bytes");
  c.send(frame(1, "in ", false) + frame(9, "ping") + frame(0, "three ", false) + frame(0, "parts"));
  EXPECT_EQ(next(c), "\x8aping");
  EXPECT_EQ(next(c), "\x81in three parts");
  c.send(frame(1, std::string(900, 'l')));
  EXPECT_EQ(next(c), "\x81" + std::string(900, 'l'));
  c.send(frame(8, "\x03\xe8"));
  EXPECT_EQ(next(c), "\x88\x03\xe8");
  EXPECT_EQ(c.rest(), "");
}

WEFT_TEST_WITH("H9.2", "a message that is too large, a frame that is none and a text that is no UTF-8 end the socket",
               .seeds = 2) {
  const weft::chan<std::error_code> seen(4);
  const server here([=](request& asked, response& answer) {
    auto socket = http::upgrade(asked, answer, {.max_message = 10});
    if (!socket) return;
    seen.send(socket->read().error());
    EXPECT_EQ(socket->close_code(), 1006);
  });
  const std::string unmasked{'\x81', '\x01', 'x'};
  for (const auto& [bytes, code] : {std::pair(frame(1, "more than ten"), "\x03\xf1"), std::pair(unmasked, "\x03\xea"),
                                    std::pair(frame(3, "x"), "\x03\xea"), std::pair(frame(1, "\xff"), "\x03\xef")}) {
    client c = open(here);
    c.send(bytes);
    EXPECT_TRUE(next(c).starts_with("\x88" + std::string(code)));
    EXPECT_EQ(c.rest(), "");
  }
  for (const auto code :
       {http::errc::message_too_large, http::errc::protocol, http::errc::protocol, http::errc::protocol}) {
    EXPECT_EQ(seen.recv(), code);
  }
}

WEFT_TEST_WITH("H9.3", "several may write while one reads, and each message stays whole", .seeds = 3) {
  const server here([&](request& asked, response& answer) {
    auto socket = http::upgrade(asked, answer);
    ASSERT_TRUE(socket);
    weft::wait_group writers;
    for (const char letter : {'a', 'b', 'c'}) {
      writers.go([&socket, letter] {
        for (int i = 0; i < 20; ++i) EXPECT_TRUE(socket->write_text(std::string(300, letter)));
      });
    }
    const auto end = socket->read();
    EXPECT_TRUE(end && !*end);
    EXPECT_EQ(socket->close_code(), 1005);
    writers.wait();
  });
  client c = open(here);
  int whole = 0;
  for (; whole < 60; ++whole) {
    const std::string message = next(c);
    ASSERT_EQ(message.size(), 301u);
    EXPECT_EQ(message.substr(1), std::string(300, message[1]));
  }
  c.send(frame(8, ""));
  EXPECT_TRUE(next(c).starts_with("\x88"));
}

WEFT_TEST_WITH("H9.4", "either side may say goodbye first, and so does a server that shuts down", .seeds = 3) {
  weft::chan<weft::unit> reading;
  server here([&](request& asked, response& answer) {
    auto socket = http::upgrade(asked, answer);
    ASSERT_TRUE(socket);
    if (asked.query() == "close") {
      EXPECT_TRUE(socket->ping("last"));
      EXPECT_TRUE(socket->close(4000, "enough"));
      EXPECT_EQ(socket->write_text("more").error(), weft::errc::closed);
      const auto end = socket->read();
      EXPECT_TRUE(end && !*end);
      EXPECT_EQ(socket->close_code(), 4000);
      return;
    }
    reading.send({});
    EXPECT_EQ(socket->read().error(), weft::errc::cancelled);
    EXPECT_TRUE(asked.ctx().err());
  });
  client first = here.connect();
  first.send("GET /?close" + std::string(handshake).substr(9) + "\r\n");
  EXPECT_EQ(status_of(first.until("\r\n\r\n")), 101);
  EXPECT_EQ(next(first), "\x89last");
  EXPECT_EQ(next(first),
            "\x88\x0f\xa0"
            "enough");
  first.send(frame(8, "\x0f\xa0"));
  EXPECT_EQ(first.rest(), "");
  client second = open(here);
  reading.recv();
  here.ctx.cancel();
  EXPECT_EQ(next(second), "\x88\x03\xe9going away");
  EXPECT_EQ(second.rest(), "");
}

WEFT_TEST_WITH("H9.5", "what is no request for a WebSocket is refused, and so is a page of another host", .seeds = 1) {
  const server here(echo_messages);
  const std::string good = handshake;
  const auto without = [&](const std::string& line) {
    std::string text = good;
    text.erase(text.find(line), line.size());
    return status_of(here.ask(text + "Connection: close\r\n\r\n"));
  };
  EXPECT_EQ(without("Connection: Upgrade\r\n"), 426);
  EXPECT_EQ(without("Upgrade: websocket\r\n"), 426);
  EXPECT_EQ(without("Sec-WebSocket-Version: 13\r\n"), 426);
  EXPECT_EQ(without("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), 400);
  EXPECT_EQ(status_of(here.ask(good + "Connection: close\r\nOrigin: http://there\r\n\r\n")), 403);
  open(here, "Origin: https://HERE\r\n");
}

}  // namespace

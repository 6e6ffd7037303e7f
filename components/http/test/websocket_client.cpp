// SPDX-License-Identifier: Apache-2.0
//
// WebSockets from the client's side: with weft's own server, and with servers that misbehave.
#include "http_server.hpp"
#ifdef WEFT_HTTP_TLS
#include "https_server.hpp"
#endif

namespace {

using namespace weft::test;
namespace http = weft::http;
using http::client_errc;

void echo_all(request& asked, response& answer) {
  auto socket = http::upgrade(asked, answer, {.protocol = "talk"});
  if (!socket) return;
  while (auto message = socket->read()) {
    if (!*message) break;
    if ((*message)->text)
      EXPECT_TRUE(socket->write_text((*message)->data));
    else
      EXPECT_TRUE(socket->write_binary(weft::io::bytes_of((*message)->data)));
  }
}

void echo_some(http::websocket& socket) {
  for (const std::size_t size : {0, 1, 125, 126, 4096, 65535, 65536, 300'000}) {
    const std::string data(size, 'd');
    ASSERT_TRUE(size % 2 == 0 ? socket.write_text(data) : socket.write_binary(weft::io::bytes_of(data)));
    const auto back = socket.read();
    ASSERT_TRUE(back && *back) << size;
    EXPECT_EQ((*back)->data, data);
    EXPECT_EQ((*back)->text, size % 2 == 0);
  }
}

WEFT_TEST_WITH("HR14",
               "a client opens a WebSocket: messages of all sizes come back, protocols are agreed on, goodbyes said",
               .seeds = 2) {
  const server here(echo_all);
  http::client c;
  std::string why;
  auto socket = http::open_websocket(c, {.url = here.url("/", "ws"), .protocols = "chat, talk"}, &why);
  ASSERT_TRUE(socket) << why;
  EXPECT_EQ(socket->protocol(), "talk");
  echo_some(*socket);
  EXPECT_TRUE(socket->ping("p"));
  EXPECT_TRUE(socket->close(4001, "enough"));
  const auto end = socket->read();
  EXPECT_TRUE(end && !*end);
  EXPECT_EQ(socket->close_code(), 4001);
  EXPECT_EQ(socket->write_text("more").error(), weft::errc::closed);
  auto plain = http::open_websocket(c, {.url = here.url("/", "ws")}, &why);
  ASSERT_TRUE(plain) << why;
  EXPECT_EQ(plain->protocol(), "");
}

#ifdef WEFT_HTTP_TLS
WEFT_TEST_WITH("HR14", "wss is the same over TLS, and the server is verified", .seeds = 2) {
  https_server here(echo_all);
  const std::string url = here.url("/", "wss");
  http::client c({.tls = trusting_the_authority()});
  std::string why;
  auto socket = http::open_websocket(c, {.url = url}, &why);
  ASSERT_TRUE(socket) << why;
  echo_some(*socket);
  http::client wary({.tls = trusting_the_system()});
  EXPECT_EQ(http::open_websocket(wary, {.url = url}, &why).error(), weft::tls::errc::unknown_authority);
  EXPECT_EQ(why.find("WebSocket " + url + ": TLS: 127.0.0.1: "), 0u) << why;
  EXPECT_EQ(http::open_websocket(http::client(), {.url = url}).error(), client_errc::no_tls);
}
#endif

WEFT_TEST_WITH("HR14", "one reads while others write, from either side, and messages stay whole", .seeds = 3,
               .workers = {1, 4}) {
  const server here(echo_all);
  http::client c;
  auto socket = http::open_websocket(c, {.url = here.url("/", "ws")});
  ASSERT_TRUE(socket);
  weft::wait_group writers;
  for (const char letter : {'a', 'b', 'c'}) {
    writers.go([&socket, letter] {
      for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(socket->write_text(std::string(20'000, letter)));
        EXPECT_TRUE(socket->ping(std::string(1, letter)));
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    const auto message = socket->read();
    ASSERT_TRUE(message && *message);
    EXPECT_EQ((*message)->data, std::string(20'000, (*message)->data.at(0)));
  }
  writers.wait();
}

WEFT_TEST_WITH("HR15", "what is no WebSocket, or not the one that was asked for, is an error that says why",
               .seeds = 2) {
  http::client c({.header_time = 1000ms});
  const auto answered = [&](std::string_view answer, http::websocket_request what = {}) {
    bad_server s([&](weft::net::tcp_connection& from, int) {
      if (!read_request(from).empty()) say(from, answer);
    });
    what.url = "ws" + s.url("/w").substr(4);
    std::string why;
    const auto made = http::open_websocket(c, what, &why);
    EXPECT_FALSE(made);
    EXPECT_EQ(why.find("WebSocket ws://127.0.0.1:"), 0u) << why;
    return std::pair(made.error(), why);
  };
  const auto refused = answered("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(refused.first, client_errc::not_websocket);
  EXPECT_NE(refused.second.find("/w: the answer is 403 Forbidden"), std::string::npos) << refused.second;
  EXPECT_EQ(answered("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n").first,
            client_errc::not_websocket);
  EXPECT_EQ(answered("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                     "Sec-WebSocket-Accept: bm8=\r\n\r\n")
                .first,
            client_errc::not_websocket);
  EXPECT_EQ(answered("no HTTP\r\n\r\n").first, client_errc::not_websocket);
  EXPECT_EQ(answered("").first, client_errc::no_response);
  EXPECT_EQ(answered("HTTP/1.1 101 Swit").first, client_errc::cut_off);
  http::websocket_request bad;
  bad.header.set("Upgrade", "h2c");
  EXPECT_EQ(answered("", bad).first, client_errc::bad_request);
  EXPECT_EQ(http::open_websocket(c, {.url = "wss:/x"}).error(), client_errc::bad_url);
  const server here([](request&, response& answer) { answer.send("plain"); });
  std::string why;
  EXPECT_EQ(http::open_websocket(c, {.url = here.url("/", "ws")}, &why).error(), client_errc::not_websocket);
  EXPECT_NE(why.find("the answer is 200 OK"), why.npos) << why;
}

WEFT_TEST_WITH("HR16", "opening and reading give up with their context, and tell the server that we go", .seeds = 5) {
  bad_server silent([](weft::net::tcp_connection& from, int) { wait_for_end(from); });
  http::client c;
  auto ctx = weft::with_cancel(weft::background());
  weft::wait_group waiting;
  waiting.go([&] {
    EXPECT_EQ(http::open_websocket(c, ctx, {.url = "ws" + silent.url().substr(4)}).error(), weft::errc::cancelled);
  });
  for (int i = 0; i < 20; ++i) weft::yield();
  ctx.cancel();
  waiting.wait();
  weft::chan<std::uint16_t> code(1);
  const server here([&](request& asked, response& answer) {
    auto socket = http::upgrade(asked, answer);
    if (!socket) return;
    const auto end = socket->read();
    EXPECT_TRUE(end && !*end);
    code.send(socket->close_code());
  });
  auto socket = http::open_websocket(c, {.url = here.url("/", "ws")});
  ASSERT_TRUE(socket);
  const auto soon = weft::with_timeout(weft::background(), 5ms);
  EXPECT_EQ(socket->read(soon).error(), weft::errc::timed_out);
  EXPECT_EQ(code.recv(), 1001);
  EXPECT_FALSE(socket->read());
}

}  // namespace

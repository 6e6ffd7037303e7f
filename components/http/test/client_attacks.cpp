// SPDX-License-Identifier: Apache-2.0
//
// Servers that want to hold up a client, to fill its memory, or to talk it into something.
#include "http_server.hpp"
#ifdef WEFT_HTTP_TLS
#include "authority.hpp"
#include "weft/tls.hpp"
#endif

namespace {

using namespace weft::test;
using weft::http::client_errc;

WEFT_TEST_WITH("HR10", "the line with a chunk's size, and a trailer, have their limits", .seeds = 2) {
  for (const char* begin : {"5;", "0\r\nX: "}) {
    weft::chan<std::size_t> said(1);
    bad_server s([&](weft::net::tcp_connection& from, int) {
      read_request(from);
      say(from, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(begin));
      const std::string much(64 * 1024, 'a');
      std::size_t all = 0;
      while (all < 64 << 20 && from.write_for(patience, weft::io::bytes_of(much))) all += much.size();
      said.send(all);
    });
    {
      weft::http::client c;
      auto answer = c.get(s.url());
      ASSERT_TRUE(answer);
      std::error_code why;
      text_of(*answer, &why);
      EXPECT_EQ(why, client_errc::malformed);
    }
    EXPECT_LT(*said.recv(), std::size_t{64 << 20});
  }
}

WEFT_TEST_WITH("HR11", "a redirect is followed although its own body does not come", .seeds = 3) {
  bad_server s([](weft::net::tcp_connection& from, int n) {
    read_request(from);
    if (n == 0) {
      say(from, "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 100\r\n\r\nhalf");
      return wait_for_end(from);
    }
    say(from, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  weft::http::client c;
  EXPECT_EQ(text_of(c.send_for(patience, {.url = s.url()})), "ok");
}

WEFT_TEST_WITH("HR12", "a body goes along with a redirect that keeps the method, also of a GET", .seeds = 3) {
  std::string second;
  bad_server s([&](weft::net::tcp_connection& from, int) {
    for (int i = 0; i < 2; ++i) {
      const std::string asked = read_request(from);
      if (asked.empty()) return;
      if (asked.find("/there") != asked.npos) {
        second = asked;
        return say(from, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
      }
      say(from, "HTTP/1.1 307 Temporary Redirect\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n");
    }
  });
  weft::http::client c;
  EXPECT_EQ(text_of(c.send_for(patience, {.url = s.url(), .body = "words"})), "ok");
  EXPECT_NE(second.find("\r\nContent-Length: 5\r\n"), second.npos) << second;
}

#ifdef WEFT_HTTP_TLS
WEFT_TEST_WITH("HR13", "a server that wants to speak something else than HTTP/1.1 is refused", .seeds = 3) {
  const auto serving = weft::tls::make_server({.identities = {example()}, .protocols = {"h2"}});
  const auto trusting =
      weft::tls::make_client({.roots = trusted().root(), .system_roots = false, .protocols = {"h2", "http/1.1"}});
  ASSERT_TRUE(serving && trusting);
  bad_server s([&](weft::net::tcp_connection& from, int) {
    weft::tls::connection secure = weft::tls::server(from, *serving);
    if (!secure.handshake_for(patience)) return;
    std::byte one{};
    static_cast<void>(secure.read_for(patience, std::span(&one, 1)));
  });
  weft::http::client c({.tls = std::make_shared<const weft::tls::client_config>(*trusting)});
  std::string why;
  EXPECT_EQ(c.send_for(patience, {.url = "https" + s.url().substr(4)}, &why).error(),
            weft::tls::errc::no_common_protocol);
  EXPECT_NE(why.find("has chosen the protocol h2"), why.npos) << why;
}
#endif

}  // namespace

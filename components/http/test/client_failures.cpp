// SPDX-License-Identifier: Apache-2.0
//
// The client against servers that misbehave: what it says, that it ends in time, and that nothing is left.
#include "http_server.hpp"

namespace {

using namespace weft::test;
using weft::http::client_errc;

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// What a GET of a server that answers everything so ends with: the header's error, or the body's.
std::pair<std::error_code, std::string> ends(std::string_view answer, weft::http::client_options options = {}) {
  bad_server s([&](weft::net::tcp_connection& from, int) {
    if (!read_request(from).empty()) say(from, answer);
  });
  weft::http::client c(options);
  std::string why;
  auto got = c.send_for(patience, {.url = s.url()}, &why);
  if (!got) return {got.error(), why};
  std::error_code error;
  std::string text = text_of(*got, &error);
  EXPECT_EQ(c.idle(), 0u) << answer;
  return {error, text};
}

WEFT_TEST_WITH("U5.1", "responses that are not what they should be are errors, each by its name", .seeds = 3) {
  EXPECT_EQ(ends("").first, client_errc::no_response);
  EXPECT_EQ(ends("HTTP/1.1 200 OK\r\nConte").first, client_errc::cut_off);
  EXPECT_EQ(ends("SSH-2.0-x\r\n\r\n").first, client_errc::malformed);
  EXPECT_EQ(ends("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n").first, client_errc::malformed);
  EXPECT_EQ(ends("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef").first,
            client_errc::malformed);
  EXPECT_EQ(ends("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc").first, client_errc::cut_off);
  EXPECT_EQ(ends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n").first, client_errc::cut_off);
  EXPECT_EQ(ends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n").first, client_errc::malformed);
  const std::string long_header = "HTTP/1.1 200 OK\r\nX: " + std::string(5000, 'x') + "\r\n\r\n";
  EXPECT_EQ(ends(long_header, {.header_limit = 2000}).first, client_errc::header_too_large);
  EXPECT_EQ(ends("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world", {.body_limit = 10}).first,
            client_errc::body_too_large);
  EXPECT_EQ(ends("HTTP/1.1 200 OK\r\n\r\nto the end"), std::pair(std::error_code(), std::string("to the end")));
  EXPECT_EQ(ends("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"),
            std::pair(std::error_code(), std::string("x")));
  EXPECT_EQ(ends(std::string(ok) + "more than was asked for"), std::pair(std::error_code(), std::string("ok")));
}

WEFT_TEST_WITH("U5.2", "an error names the request, the host with its port, and the step", .seeds = 3) {
  weft::http::client c;
  std::string why, where;
  {
    bad_server s([](weft::net::tcp_connection&, int) {});
    where = s.url("/a");
    EXPECT_FALSE(c.get(where, &why));
    EXPECT_EQ(why.find("GET " + where + ": "), 0u) << why;
  }
  EXPECT_EQ(c.get(where, &why).error(), std::errc::connection_refused);
  EXPECT_EQ(why.find("GET " + where + ": connect: 127.0.0.1:"), 0u) << why;
  EXPECT_EQ(c.get("https://127.0.0.1:1/", &why).error(), client_errc::no_tls) << why;
  EXPECT_EQ(c.send({.method = "GE T", .url = where}, &why).error(), client_errc::bad_request);
  weft::http::client_request smuggler{.url = where};
  smuggler.header.set("Transfer-Encoding", "chunked");
  EXPECT_EQ(c.send(smuggler, &why).error(), client_errc::bad_request);
  EXPECT_NE(why.find("Transfer-Encoding"), std::string::npos) << why;
}

WEFT_TEST_WITH("U5.3", "a server that never answers is given up: by the header's time, the total time, the context",
               .seeds = 3) {
  bad_server s([](weft::net::tcp_connection& from, int) { wait_for_end(from); });
  EXPECT_EQ(weft::http::client({.header_time = 5ms}).get(s.url()).error(), weft::errc::timed_out);
  EXPECT_EQ(weft::http::client({.total_time = 5ms}).get(s.url()).error(), weft::errc::timed_out);
  weft::http::client c;
  auto ctx = weft::with_cancel(weft::background());
  weft::wait_group waiting;
  waiting.go([&] { EXPECT_EQ(c.get(ctx, s.url()).error(), weft::errc::cancelled); });
  ctx.cancel();
  waiting.wait();
  bad_server slow([](weft::net::tcp_connection& from, int) {
    if (!read_request(from).empty()) say(from, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    wait_for_end(from);
  });
  auto answer = weft::http::client({.total_time = 200ms}).get(slow.url());
  ASSERT_TRUE(answer);
  std::error_code error;
  static_cast<void>(text_of(*answer, &error));
  EXPECT_EQ(error, weft::errc::timed_out);
}

WEFT_TEST_WITH("U3.3", "a kept connection that the server has closed costs nobody a request", .seeds = 10) {
  bad_server s([](weft::net::tcp_connection& from, int) {
    if (!read_request(from).empty()) say(from, ok);  // and closes, though it has not said so
  });
  weft::http::client c;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(text_of(c.get(s.url())), "ok");
}

WEFT_TEST_WITH("U3.4", "a connection that ends as it is used again: a GET is sent once more, a POST is not",
               .seeds = 5) {
  weft::detail::atomic<int> connections{0};
  bad_server s([&](weft::net::tcp_connection& from, int) {
    ++connections;
    if (!read_request(from).empty()) say(from, ok);
    static_cast<void>(read_request(from));  // takes the next, and closes without an answer
  });
  weft::http::client c;
  EXPECT_EQ(text_of(c.get(s.url())), "ok");
  EXPECT_EQ(text_of(c.get(s.url())), "ok");
  EXPECT_EQ(connections, 2);
  EXPECT_EQ(c.send({.method = "POST", .url = s.url(), .body = "x"}).error(), client_errc::no_response);
}

WEFT_TEST_WITH("U2.2", "a server may answer before it has read the request, and hang up", .seeds = 5) {
  bad_server s([](weft::net::tcp_connection& from, int) {
    std::string some(1000, '\0');
    static_cast<void>(from.read(std::as_writable_bytes(std::span(some))));
    say(from, "HTTP/1.1 413 Too Large\r\nContent-Length: 8\r\nConnection: close\r\n\r\ntoo much");
    static_cast<void>(from.shutdown_write());
    wait_for_end(from);
  });
  weft::http::client c;
  auto answer = c.send_for(patience, {.method = "POST", .url = s.url(), .body = std::string(4'000'000, 'x')});
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status(), 413);
  EXPECT_EQ(text_of(*answer), "too much");
}

WEFT_TEST_WITH("U2.3", "a body whose reader fails ends the request with its error", .seeds = 5) {
  struct broken {
    weft::result<std::size_t> read(std::span<std::byte>) { return std::make_error_code(std::errc::io_error); }
  };
  bad_server s([](weft::net::tcp_connection& from, int) { wait_for_end(from); });
  weft::http::client c;
  std::string why;
  EXPECT_EQ(
      c.send({.method = "POST", .url = s.url(), .body = weft::http::request_body::streamed(broken{})}, &why).error(),
      std::errc::io_error);
  EXPECT_NE(why.find("send the request's body"), std::string::npos) << why;
}

}  // namespace

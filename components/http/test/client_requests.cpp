// SPDX-License-Identifier: Apache-2.0
//
// The client against the server: bodies both ways, connections that are kept, redirects, hedging.
#include <map>

#include "http_server.hpp"

namespace {

using namespace weft::test;
using weft::http::client_errc;

WEFT_TEST_WITH("U1", "a URL is taken apart, or refused with the reason", .seeds = 1, .workers = {1}) {
  using weft::http::url;
  const std::map<std::string, std::string> good{{"HTTP://Example.ORG", "http://example.org/"},
                                                {"https://x:443/a?b#c", "https://x/a?b"},
                                                {"http://[::1]:8080?q", "http://[::1]:8080/?q"},
                                                {"http://x/a/./b/../c", "http://x/a/c"},
                                                {"http://x/../..", "http://x/"},
                                                {"http://127.0.0.1:80/%20", "http://127.0.0.1/%20"}};
  for (const auto& [text, as] : good) {
    std::string why;
    const auto made = url::parse(text, &why);
    ASSERT_TRUE(made) << why;
    EXPECT_EQ(made->text(), as);
  }
  const std::map<std::string, std::string> bad{
      {"example.org", "no scheme"}, {"ftp://x", "unknown scheme \"ftp\""}, {"http://", "no host"},
      {"http://x y/", "blank"},     {"http://x/\r\nHost: y", "control"},   {"http://x:0/", "port"},
      {"http://x:65536/", "port"},  {"http://me@x/", "user name"},         {"http://[::1/", "bracket"},
      {"http://[x]/", "IPv6"},      {"http://x<y/", "no host has"},        {"http://x\\@y/", "backslash"}};
  for (const auto& [text, says] : bad) {
    std::string why;
    EXPECT_EQ(url::parse(text, &why).error(), client_errc::bad_url) << text;
    EXPECT_NE(why.find(says), std::string::npos) << why;
  }
  const auto base = url::parse("http://x/a/b?c");
  EXPECT_EQ(base->resolved("d")->text(), "http://x/a/d");
  EXPECT_EQ(base->resolved("../d?e")->text(), "http://x/d?e");
  EXPECT_EQ(base->resolved("?e")->text(), "http://x/a/b?e");
  EXPECT_EQ(base->resolved("//y/z")->text(), "http://y/z");
  EXPECT_EQ(base->resolved("https://y")->text(), "https://y/");
  EXPECT_EQ(base->resolved("")->text(), "http://x/a/b?c");
}

WEFT_TEST_WITH("U2.1", "requests carry their method, fields and body, small, large and streamed, and so do responses",
               .seeds = 3) {
  server s([](request& asked, response& answer) {
    const auto body = weft::io::read_all(asked.body(), 1 << 22);
    answer.header().set("X-Method", asked.method());
    answer.header().set("X-Seen", asked.header().get("X-Mine").value_or("none"));
    static_cast<void>(weft::io::write(answer, body ? *body : body.error().message()));
  });
  weft::http::client c;
  std::string large;
  for (int i = 0; large.size() < 500'000; ++i) large += std::to_string(i) + ' ';
  for (const std::string& body : {std::string("small"), large}) {
    weft::http::client_request post{.method = "POST", .url = s.url("/x"), .body = body};
    post.header.set("X-Mine", "yes");
    auto answer = c.send_for(patience, post);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status(), 200);
    EXPECT_EQ(answer->header().get("x-method"), "POST");
    EXPECT_EQ(answer->header().get("x-seen"), "yes");
    EXPECT_TRUE(text_of(*answer) == body);
  }
  using weft::http::request_body;
  for (const auto size : {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(large.size())}) {
    EXPECT_TRUE(text_of(c.send_for(patience, {.method = "PUT",
                                              .url = s.url("/x"),
                                              .body = request_body::streamed(weft::io::memory_reader(large), size)})) ==
                large);
  }
  auto head = c.send_for(patience, {.method = "HEAD", .url = s.url("/x")});
  ASSERT_TRUE(head);
  EXPECT_EQ(text_of(*head), "");
  EXPECT_EQ(text_of(c.get(s.url("/x"))), "");
}

WEFT_TEST_WITH("U3.1", "connections are kept and used again, as many as the limit allows", .seeds = 5) {
  server s([](request&, response& answer) { answer.send("ok"); });
  weft::http::client c({.idle_per_host = 1});
  for (int i = 0; i < 3; ++i) {
    auto answer = c.get(s.url());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->on_kept_connection(), i != 0);
    EXPECT_EQ(text_of(*answer), "ok");
    EXPECT_EQ(c.idle(), 1u);
  }
  weft::wait_group many;
  for (int i = 0; i < 20; ++i) many.go([&] { EXPECT_EQ(text_of(c.get(s.url())), "ok"); });
  many.wait();
  EXPECT_EQ(c.idle(), 1u);
  { const auto unread = c.get(s.url()); }
  c.close_idle();
  EXPECT_EQ(c.idle(), 0u);
}

WEFT_TEST_WITH("U3.2", "there are no more connections with a host than the limit; others wait, or give up",
               .seeds = 5) {
  weft::chan<weft::unit> go_on;
  server s([&](request&, response& answer) {
    go_on.recv();
    answer.send("ok");
  });
  weft::http::client c({.connections_per_host = 1});
  weft::wait_group both;
  both.go([&] { EXPECT_EQ(text_of(c.get(s.url())), "ok"); });
  both.go([&] { EXPECT_EQ(text_of(c.get(s.url())), "ok"); });
  go_on.send({});
  std::string why;
  EXPECT_EQ(c.send_for(1ms, {.url = s.url()}, &why).error(), weft::errc::timed_out);
  EXPECT_NE(why.find("GET http://127.0.0.1:"), std::string::npos) << why;
  go_on.close();  // lets every handler go, also one whose client has left
  both.wait();
}

WEFT_TEST_WITH("U4", "redirects are followed by the rules of their numbers, to a limit, without secrets across hosts",
               .seeds = 3) {
  server other([](request& asked, response& answer) {
    answer.send(std::string(asked.method()) + ' ' + std::string(asked.header().get("Authorization").value_or("none")));
  });
  server s([&](request& asked, response& answer) {
    const std::string path(asked.path());
    if (path == "/end") {
      const auto body = weft::io::read_all(asked.body(), 1000);
      return static_cast<void>(answer.send(std::string(asked.method()) + ' ' + *body + ' ' +
                                           std::string(asked.header().get("Authorization").value_or("none"))));
    }
    if (path == "/round") return answer.redirect("/round");
    if (path == "/away") return answer.redirect(other.url());
    if (path == "/nonsense") return answer.redirect("ftp://x");
    answer.redirect("end", std::stoi(path.substr(1)));
  });
  weft::http::client c({.redirects = 3});
  const auto ends = [&](std::string method, std::string path, weft::http::request_body body = {}) {
    weft::http::client_request what{.method = std::move(method), .url = s.url(path), .body = std::move(body)};
    what.header.set("Authorization", "secret");
    return text_of(c.send_for(patience, what));
  };
  EXPECT_EQ(ends("POST", "/301", "b"), "GET  secret");
  EXPECT_EQ(ends("POST", "/302", "b"), "GET  secret");
  EXPECT_EQ(ends("PUT", "/303", "b"), "GET  secret");
  EXPECT_EQ(ends("PUT", "/302", "b"), "PUT b secret");
  EXPECT_EQ(ends("POST", "/307", "b"), "POST b secret");
  EXPECT_EQ(ends("POST", "/308", "b"), "POST b secret");
  EXPECT_EQ(ends("GET", "/away"), "GET none");
  std::string why;
  EXPECT_EQ(c.get(s.url("/round"), &why).error(), client_errc::too_many_redirects);
  EXPECT_NE(why.find("more than 3 redirects"), std::string::npos) << why;
  EXPECT_EQ(c.get(s.url("/nonsense"), &why).error(), client_errc::bad_url);
  EXPECT_NE(why.find("is redirected, but the URL \"ftp://x\""), std::string::npos) << why;
  auto streamed = c.send({.method = "POST",
                          .url = s.url("/307"),
                          .body = weft::http::request_body::streamed(weft::io::memory_reader("b"))});
  ASSERT_TRUE(streamed);
  EXPECT_EQ(streamed->status(), 307);
}

WEFT_TEST_WITH("U6", "a hedged request is sent again after a while, the first answer wins and the other is called off",
               .seeds = 5) {
  weft::chan<weft::unit> called_off(1);
  bad_server s([&](weft::net::tcp_connection& from, int n) {
    if (!read_request(from).empty()) {
      if (n != 0) say(from, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond");
      wait_for_end(from);
    }
    if (n == 0) called_off.send({});
  });
  {
    weft::http::client c;
    EXPECT_EQ(text_of(c.hedge(weft::detail::within(patience), 5ms, {.url = s.url()})), "second");
    EXPECT_EQ(c.idle(), 1u);
    EXPECT_TRUE(called_off.recv_for(patience));
  }
  auto ctx = weft::with_cancel(weft::background());
  ctx.cancel();
  called_off.close();
  weft::http::client c;
  EXPECT_EQ(c.hedge(ctx, 5ms, {.url = s.url()}).error(), weft::errc::cancelled);
}

}  // namespace

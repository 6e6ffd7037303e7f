// SPDX-License-Identifier: Apache-2.0
//
// Server-sent events as a client reads them.
#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;
using http::client_errc;

constexpr std::string_view header = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n";

std::string shown(const weft::result<std::optional<http::event_source::event>>& got) {
  if (!got) return "error: " + got.error().message();
  if (!*got) return "over";
  return (*got)->name + "|" + (*got)->data + "|" + (*got)->id;
}

WEFT_TEST_WITH("HR17", "events are read as HTML has them: names, ids, lines with any end, in any pieces", .seeds = 5) {
  const std::string text =
      "\xef\xbb\xbf"
      "data: one\n\n"
      ": a comment\r\nevent: named\r\ndata: two\r\ndata:lines\r\nid: 7\r\n\r\n"
      "data\rdata\r\r"
      "id: 8\n\nevent: nothing\n\nunknown: x\nretry: 5x\n"
      "data:  a blank\nid\n\n"
      "data: cut off";
  for (const std::size_t piece : {1000, 1, 3}) {
    bad_server s([&](weft::net::tcp_connection& from, int n) {
      read_request(from);
      if (n != 0) return say(from, "HTTP/1.1 204 No Content\r\n\r\n");
      say(from, header);
      for (std::size_t at = 0; at < text.size(); at += piece) say(from, std::string_view(text).substr(at, piece));
    });
    http::client c;
    http::event_source events(c, {.url = s.url()}, {.retry = 1ms});
    EXPECT_EQ(shown(events.next_for(patience)), "message|one|");
    EXPECT_EQ(shown(events.next_for(patience)), "named|two\nlines|7");
    EXPECT_EQ(shown(events.next_for(patience)), "message|\n|7");
    EXPECT_EQ(shown(events.next_for(patience)), "message| a blank|");
    EXPECT_EQ(shown(events.next_for(patience)), "over");
    EXPECT_EQ(shown(events.next_for(patience)), "over");
    EXPECT_NE(events.last_failure().find("the stream has ended"), std::string::npos) << events.last_failure();
  }
}

WEFT_TEST_WITH("HR18", "a stream that breaks off is taken up again behind its last event, after the time that was told",
               .on = sim_only, .seeds = 5) {
  std::vector<std::string> asked;
  std::vector<weft::clock::time_point> when;
  bad_server s([&](weft::net::tcp_connection& from, int n) {
    asked.push_back(read_request(from));
    when.push_back(weft::clock::now());
    if (n == 1 || n == 2) return;  // not even an answer
    say(from, header);
    say(from, "retry: 2000\nid: n" + std::to_string(n) + "\ndata: x\n\nid: lost\ndata: half");
  });
  http::client c;
  http::client_request what{.url = s.url()};
  what.header.set("Last-Event-ID", "before");
  http::event_source events(c, what);
  EXPECT_EQ(shown(events.next()), "message|x|n0");
  EXPECT_EQ(shown(events.next()), "message|x|n3");
  EXPECT_EQ(events.last_id(), "n3");
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_NE(asked[0].find("\r\nLast-Event-ID: before\r\n"), std::string::npos) << asked[0];
  EXPECT_NE(asked[0].find("\r\nAccept: text/event-stream\r\n"), std::string::npos) << asked[0];
  for (int i = 1; i < 4; ++i) EXPECT_NE(asked[i].find("\r\nLast-Event-ID: n0\r\n"), std::string::npos) << asked[i];
  const auto close_to = [&](int i, weft::clock::duration time) {
    const auto took = when[i] - when[i - 1];
    EXPECT_TRUE(took >= time && took < time + 1s) << took.count();
  };
  close_to(1, 2s);
  close_to(2, 4s);
  close_to(3, 8s);
}

WEFT_TEST_WITH("HR19", "what is no stream of events is an error that says why; a limit ends the wait and loses nothing",
               .seeds = 3) {
  weft::chan<weft::unit> go_on(1);
  bad_server s([&](weft::net::tcp_connection& from, int n) {
    read_request(from);
    if (n == 0) return say(from, "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    if (n == 1) return say(from, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n");
    say(from, header);
    if (n == 2) return say(from, "data: " + std::string(2000, 'x'));
    say(from, "data: sl");
    go_on.recv();
    say(from, "ow\n\n");
    wait_for_end(from);
  });
  http::client c({.idle_per_host = 0});
  http::event_source events(c, {.url = s.url()}, {.max_event = 1000});
  std::string why;
  EXPECT_EQ(events.next_for(patience, &why).error(), client_errc::not_events);
  EXPECT_NE(why.find("the answer is 500 with no type"), why.npos) << why;
  EXPECT_EQ(events.next_for(patience, &why).error(), client_errc::not_events);
  EXPECT_NE(why.find("the answer is 200 with text/html"), why.npos) << why;
  EXPECT_EQ(events.next_for(patience, &why).error(), client_errc::body_too_large);
  EXPECT_EQ(events.next_for(5ms).error(), weft::errc::timed_out);
  const auto gone = weft::with_timeout(weft::background(), 5ms);
  EXPECT_EQ(events.next(gone).error(), weft::errc::timed_out);
  go_on.send({});
  EXPECT_EQ(shown(events.next_for(patience)), "message|slow|");
  http::event_source nowhere(c, {.url = "htp://x"});
  EXPECT_EQ(nowhere.next(&why).error(), client_errc::bad_url);
}

WEFT_TEST_WITH("HR17", "weft's own streams are read, and end when the server wants no more", .seeds = 3) {
  int asked_for = 0;
  const server here([&](request& asked, response& answer) {
    if (++asked_for == 2) {
      EXPECT_EQ(asked.header().get("Last-Event-ID"), "9");
      return answer.status(http::status::no_content);
    }
    http::event_stream out(asked, answer);
    EXPECT_TRUE(out.comment("hello"));
    EXPECT_TRUE(out.send({.data = "two\nlines", .name = "tick", .id = "9", .retry = 1ms}));
  });
  http::client c;
  http::event_source events(c, {.url = here.url()});
  EXPECT_EQ(shown(events.next_for(patience)), "tick|two\nlines|9");
  EXPECT_EQ(shown(events.next_for(patience)), "over");
}

}  // namespace

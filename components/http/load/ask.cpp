// SPDX-License-Identifier: Apache-2.0
//
// weft's clients against other people's servers, for load/peers.sh.
//
//   http_ask ws://HOST:PORT/PATH            sends texts and bytes of many sizes to a WebSocket that echoes, says
//   goodbye http_ask --events http://HOST:PORT/PATH COUNT     prints COUNT events, taking the stream up again if it
//   breaks off
//
// Status 1 with the reason on standard error if something is not as it should be.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "weft/http.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

int fail(const std::string& why) {
  std::fprintf(stderr, "http_ask: %s\n", why.c_str());
  return 1;
}

int ask_echo(const weft::http::client& client, const std::string& url) {
  std::string why;
  auto socket = weft::http::open_websocket(client, {.url = url, .max_message = 4 << 20}, &why);
  if (!socket) return fail(why);
  std::size_t all = 0;
  for (const std::size_t size : {0, 1, 125, 126, 4095, 4096, 65535, 65536, 1'000'000}) {
    const std::string data(size, 'w');
    const bool text = size % 2 == 0;
    const auto sent = text ? socket->write_text(data) : socket->write_binary(weft::io::bytes_of(data));
    if (!sent || !socket->ping("still there?")) return fail("cannot send " + std::to_string(size) + " bytes");
    const auto back = socket->read();
    if (!back) return fail(std::to_string(size) + " bytes: " + back.error().message());
    if (!*back || (*back)->data != data || (*back)->text != text) return fail(std::to_string(size) + " came otherwise");
    all += size;
  }
  if (!socket->close(1000, "that was all")) return fail("cannot say goodbye");
  const auto end = socket->read();
  if (!end || *end || socket->close_code() != 1000) return fail("no goodbye came back");
  std::printf("%zu bytes echoed\n", all);
  return 0;
}

int ask_events(weft::http::client& client, const std::string& url, int count) {
  weft::http::event_source events(client, {.url = url}, {.retry = 100ms});
  for (int i = 0; i < count; ++i) {
    std::string why;
    const auto next = events.next_for(30s, &why);
    if (!next) return fail(why.empty() ? next.error().message() : why);
    if (!*next) return fail("the server wants no more");
    std::printf("%s: %s\n", (*next)->name.c_str(), (*next)->data.c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return weft::run([&] {
    weft::http::client client;
    if (argc == 2) return ask_echo(client, argv[1]);
    if (argc == 4 && std::string_view(argv[1]) == "--events") return ask_events(client, argv[2], std::atoi(argv[3]));
    return fail("usage: http_ask URL | --events URL COUNT");
  });
}

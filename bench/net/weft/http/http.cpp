// SPDX-License-Identifier: Apache-2.0
//
// weft::http: a router with one route; the limits and timeouts are those it begins with.
#include "weft/http.hpp"

#include <cstdio>

#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    weft::http::router routes;
    routes.on("GET", "/hello", [](weft::http::request&, weft::http::response& answer) {
      static_cast<void>(answer.send("Hello, World!", "text/plain; charset=utf-8"));
    });
    auto listener = weft::net::listen_tcp("127.0.0.1:0");
    if (!listener) return 1;
    std::printf("listening %d\n", listener->local().port());
    std::fflush(stdout);
    return weft::http::serve(weft::background(), *listener, routes) ? 0 : 1;
  });
}

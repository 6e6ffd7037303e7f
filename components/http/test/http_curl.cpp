// SPDX-License-Identifier: Apache-2.0
//
// curl as a client: somebody else's idea of HTTP. Left out, with a word, where there is no curl.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;

bool has_curl() {
  static const bool has = [] {
    const bool found = std::system("command -v curl >/dev/null 2>&1") == 0;
    if (!found) std::puts("there is no curl here: what needs it is left out (./dev setup test)");
    return found;
  }();
  return has;
}

/// What curl prints for these words of a shell; $U is the server.
std::string curl(const server& here, const std::string& words) {
  const std::string command =
      "U=http://" + here.listener.local().text() + "; curl -sS --noproxy '*' --max-time 20 " + words + " 2>&1";
  return weft::blocking([&] {
    std::string out;
    FILE* const from = popen(command.c_str(), "r");
    if (from == nullptr) return out;
    char piece[4096];
    while (const std::size_t n = fread(piece, 1, sizeof piece, from)) out.append(piece, n);
    out += "status " + std::to_string(pclose(from));
    return out;
  });
}

WEFT_TEST_WITH("H11.1", "curl gets, asks, sends, ranges and keeps its connection", .on = weft::test::sched_only,
               .workers = {2}) {
  if (!has_curl()) return;
  http::router routes;
  routes.on("GET", "/hello", [](request&, response& answer) { answer.send("hello\n"); });
  routes.on("GET", "/large", [](request&, response& answer) {
    for (int i = 0; i < 1000; ++i) answer.add(std::string(99, 'x') + "\n");
  });
  routes.any("/echo", echo);
  routes.on("GET", "/files/{path...}", http::files("/usr/include"));
  const server here(routes);
  EXPECT_EQ(curl(here, "$U/hello"), "hello\nstatus 0");
  EXPECT_EQ(curl(here, "$U/large | wc -c"), "100000\nstatus 0");
  EXPECT_NE(curl(here, "-I $U/hello").find("Content-Length: 6\r\n"), std::string::npos);
  EXPECT_EQ(curl(here, "-d a=b $U/echo"), "a=bstatus 0");
  EXPECT_EQ(curl(here, "-X PUT -H 'Transfer-Encoding: chunked' -d chunked $U/echo"), "chunkedstatus 0");
  EXPECT_EQ(curl(here, "-H 'Expect: 100-continue' --expect100-timeout 15 -d expected $U/echo"), "expectedstatus 0");
  EXPECT_EQ(curl(here, "-r 0-1 $U/files/stdio.h"), "/*status 0");
  EXPECT_EQ(curl(here, "-o /dev/null -w '%{http_code} ' -z '1 Jan 2035' $U/files/stdio.h"), "304 status 0");
  EXPECT_EQ(curl(here, "-o /dev/null -o /dev/null -w '%{http_code} %{num_connects};' $U/hello $U/hello"),
            "200 1;200 0;status 0");
  EXPECT_EQ(curl(here, "--path-as-is -o /dev/null -w '%{http_code} ' $U/files/../../etc/passwd"), "404 status 0");
  EXPECT_EQ(curl(here, "--http1.0 $U/hello"), "hello\nstatus 0");
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// Which handler gets a request.
#include <stdexcept>
#include <string>

#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;

http::handler says(std::string text) {
  return [text](request& asked, response& answer) {
    std::string all = text;
    for (const char* name : {"id", "name", "path"}) {
      if (const auto value = asked.parameter(name); !value.empty())
        all += " " + std::string(name) + "=" + std::string(value);
    }
    answer.send(all);
  };
}

http::router routes() {
  http::router made;
  made.on("GET", "/", says("root"));
  made.on("GET", "/users/{id}", says("user"));
  made.on("PUT", "/users/{id}", says("put"));
  made.on("GET", "/users/me", says("me"));
  made.on("GET", "/users/{id}/{name}", says("two"));
  made.on("GET", "/users/me/pet", says("pet"));
  made.on("GET", "/files/{path...}", says("files"));
  made.any("/any", says("any"));
  return made;
}

WEFT_TEST_WITH("H3.1", "the more literal pattern wins, and parameters hold their segments decoded", .seeds = 2) {
  const server here(routes());
  const auto get = [&](const char* path) { return body_of(here.get(path)); };
  EXPECT_EQ(get("/"), "root");
  EXPECT_EQ(get("/?q=1"), "root");
  EXPECT_EQ(get("/users/7"), "user id=7");
  EXPECT_EQ(get("/users/a%2Fb%20c"), "user id=a/b c");
  EXPECT_EQ(get("/users/me"), "me");
  EXPECT_EQ(get("/users/m%65"), "me");
  EXPECT_EQ(get("/users/me/pet"), "pet");
  EXPECT_EQ(get("/users/me/cat"), "two id=me name=cat");
  EXPECT_EQ(get("/files/a/b.txt"), "files path=a/b.txt");
  EXPECT_EQ(get("/files/"), "files");
  EXPECT_EQ(get("/any"), "any");
  for (const char* missing : {"/users", "/users/", "/users/7/", "/users/7/8/9", "/files", "/Users/7", "//", "/any/"}) {
    EXPECT_EQ(status_of(here.get(missing)), 404) << missing;
  }
}

WEFT_TEST_WITH("H3.2", "a method that is missing gets 405 and Allow; HEAD and OPTIONS are answered without a handler",
               .seeds = 2) {
  const server here(routes());
  const auto ask = [&](const char* line) {
    return here.ask(std::string(line) + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
  };
  const std::string refused = ask("DELETE /users/7");
  EXPECT_EQ(status_of(refused), 405);
  EXPECT_NE(refused.find("Allow: GET, PUT, HEAD, OPTIONS\r\n"), refused.npos) << refused;
  const std::string options = ask("OPTIONS /users/7");
  EXPECT_EQ(status_of(options), 204);
  EXPECT_NE(options.find("Allow: GET, PUT, HEAD, OPTIONS\r\n"), options.npos) << options;
  EXPECT_EQ(status_of(ask("OPTIONS *")), 204);
  EXPECT_EQ(status_of(ask("OPTIONS /nowhere")), 404);
  const std::string head = ask("HEAD /users/7");
  EXPECT_EQ(status_of(head), 200);
  EXPECT_NE(head.find("Content-Length: 9\r\n"), head.npos) << head;
  EXPECT_EQ(body_of(head), "");
  EXPECT_EQ(body_of(ask("PATCH /any")), "any");
}

WEFT_PLAIN_TEST("H3.3", "a pattern that is none, or that was given before, is refused when it is given") {
  http::router made;
  made.on("GET", "/a/{id}", says("a"));
  for (const char* wrong : {"", "a", "/a/{id}", "/a/{other}/b", "/{x...}/b", "/a{b}", "/{}", "/{...}", "/%zz"}) {
    EXPECT_THROW(made.on("GET", wrong, says("b")), std::invalid_argument) << wrong;
  }
  EXPECT_THROW(made.on("G T", "/b", says("b")), std::invalid_argument);
  EXPECT_THROW(made.on("GET", "/b", nullptr), std::invalid_argument);
}

WEFT_TEST_WITH("H3.4", "another handler may answer what no pattern matches, and a copy of a router is one of its own",
               .seeds = 1) {
  http::router first = routes();
  first.otherwise(says("nothing"));
  http::router second = first;
  second.on("GET", "/more", says("more"));
  const server one(first), two(second);
  EXPECT_EQ(body_of(one.get("/more")), "nothing");
  EXPECT_EQ(body_of(two.get("/more")), "more");
}

}  // namespace

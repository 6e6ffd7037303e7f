// SPDX-License-Identifier: Apache-2.0
//
// Static files: what is served, what is not, conditions and ranges.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "http_server.hpp"

namespace {

using namespace weft::test;
namespace http = weft::http;
namespace fs = std::filesystem;

/// A directory of its own, with something beside it that must not be seen.
class site {
 public:
  site() {
    std::string name = (fs::temp_directory_path() / "weft-http-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    top_ = name;
    fs::create_directories(root() / "sub");
    write("index.html", "<p>home");
    write("ten.txt", "0123456789");
    write("sub/index.html", "<p>sub");
    write("with space.css", "p{}");
    write("empty", "");
    std::ofstream(top_ / "secret") << "secret";
    fs::create_symlink("ten.txt", root() / "inside");
    fs::create_symlink("../secret", root() / "outside");
    fs::create_symlink(top_, root() / "up");
    EXPECT_EQ(mkfifo((root() / "fifo").c_str(), 0600), 0);
  }
  site(const site&) = delete;
  site& operator=(const site&) = delete;
  ~site() { fs::remove_all(top_); }

  [[nodiscard]] fs::path root() const { return top_ / "www"; }
  void write(const char* name, const std::string& text) const { std::ofstream(root() / name) << text; }
  [[nodiscard]] http::handler handler() const {
    http::router routes;
    routes.on("GET", "/{path...}", http::files(root().string()));
    return routes;
  }

 private:
  fs::path top_;
};

std::string field_of(const std::string& answer, const std::string& name) {
  const std::size_t at = answer.find("\r\n" + name + ": ");
  if (at == answer.npos) return "";
  const std::size_t begin = at + name.size() + 4;
  return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

WEFT_TEST_WITH("H5.1", "files are served with type, length, date and tag; directories by their index", .seeds = 1,
               .workers = {2}) {
  const site www;
  const server here(www.handler());
  const std::string text = here.get("/ten.txt");
  EXPECT_EQ(status_of(text), 200);
  EXPECT_EQ(body_of(text), "0123456789");
  EXPECT_EQ(field_of(text, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(field_of(text, "Content-Length"), "10");
  EXPECT_EQ(field_of(text, "Accept-Ranges"), "bytes");
  EXPECT_TRUE(field_of(text, "ETag").starts_with('"'));
  EXPECT_TRUE(field_of(text, "Last-Modified").ends_with(" GMT"));
  EXPECT_EQ(body_of(here.get("/")), "<p>home");
  EXPECT_EQ(field_of(here.get("/"), "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(field_of(here.get("/sub?q"), "Location"), "/sub/?q");
  EXPECT_EQ(body_of(here.get("/sub/")), "<p>sub");
  EXPECT_EQ(body_of(here.get("/with%20space.css")), "p{}");
  EXPECT_EQ(body_of(here.get("/inside")), "0123456789");
  EXPECT_EQ(status_of(here.get("/empty")), 200);
  const std::string head = here.ask("HEAD /ten.txt HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(field_of(head, "Content-Length"), "10");
  EXPECT_EQ(body_of(head), "");
  www.write("large.bin", std::string(300'000, 'x'));
  const std::string large = here.get("/large.bin");
  EXPECT_EQ(body_of(large).size(), 300'000u);
  EXPECT_EQ(field_of(large, "Content-Type"), "application/octet-stream");
}

WEFT_TEST_WITH("H5.2", "nothing outside the root is served, and nothing but regular files", .seeds = 1,
               .workers = {2}) {
  const site www;
  const server here(www.handler());
  for (const char* path :
       {"/../secret", "/..%2fsecret",     "/%2e%2e/secret", "/sub/../../secret", "/sub/%2e%2e/ten.txt", "/./ten.txt",
        "//ten.txt",  "/sub//index.html", "/outside",       "/up/secret",        "/up/www/ten.txt",     "/fifo",
        "/missing",   "/ten.txt/",        "/ten.txt/x",     "/%2fetc/passwd",    "//etc/passwd",        "/..",
        "/sub/..",    "/..%5csecret"}) {
    const std::string answer = here.get(path);
    EXPECT_EQ(status_of(answer), 404) << path << "\n" << answer;
  }
  const server bare(http::files(www.root().string(), {.index = "", .cache_control = "no-cache"}));
  EXPECT_EQ(status_of(bare.get("/")), 404);
  EXPECT_EQ(field_of(bare.get("/ten.txt"), "Cache-Control"), "no-cache");
  EXPECT_EQ(status_of(bare.ask("DELETE /ten.txt HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")), 405);
  EXPECT_THROW((void)http::files((www.root() / "missing").string()), std::system_error);
}

WEFT_TEST_WITH("H5.3", "what the client has already is not sent again, and conditions that fail are 412", .seeds = 1,
               .workers = {2}) {
  const site www;
  const server here(www.handler());
  const std::string first = here.get("/ten.txt");
  const std::string tag = field_of(first, "ETag"), date = field_of(first, "Last-Modified");
  const auto status_with = [&](const std::string& fields) { return status_of(here.get("/ten.txt", fields)); };
  EXPECT_EQ(status_with("If-None-Match: " + tag + "\r\n"), 304);
  EXPECT_EQ(status_with("If-None-Match: \"a\", W/" + tag + "\r\n"), 304);
  EXPECT_EQ(status_with("If-None-Match: *\r\n"), 304);
  EXPECT_EQ(status_with("If-None-Match: \"a\"\r\n"), 200);
  EXPECT_EQ(status_with("If-Modified-Since: " + date + "\r\n"), 304);
  EXPECT_EQ(status_with("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), 200);
  EXPECT_EQ(status_with("If-Modified-Since: yesterday\r\n"), 200);
  EXPECT_EQ(status_with("If-None-Match: \"a\"\r\nIf-Modified-Since: " + date + "\r\n"), 200);
  EXPECT_EQ(status_with("If-Match: " + tag + "\r\n"), 200);
  EXPECT_EQ(status_with("If-Match: W/" + tag + "\r\n"), 412);
  EXPECT_EQ(status_with("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), 412);
  EXPECT_EQ(body_of(here.get("/ten.txt", "If-None-Match: *\r\n")), "");
}

WEFT_TEST_WITH("H5.4", "a range gets that part, or 416; what cannot be given alone gets the whole", .seeds = 1,
               .workers = {2}) {
  const site www;
  const server here(www.handler());
  const auto part = [&](const std::string& range, const std::string& more = "") {
    const std::string answer = here.get("/ten.txt", "Range: " + range + "\r\n" + more);
    return std::to_string(status_of(answer)) + " " + field_of(answer, "Content-Range") + " " +
           (status_of(answer) == 416 ? "" : body_of(answer));
  };
  EXPECT_EQ(part("bytes=2-4"), "206 bytes 2-4/10 234");
  EXPECT_EQ(part("bytes=7-"), "206 bytes 7-9/10 789");
  EXPECT_EQ(part("bytes=-3"), "206 bytes 7-9/10 789");
  EXPECT_EQ(part("bytes=-30"), "206 bytes 0-9/10 0123456789");
  EXPECT_EQ(part("bytes=8-99999999999999999999999"), "206 bytes 8-9/10 89");
  EXPECT_EQ(part("bytes=10-"), "416 bytes */10 ");
  EXPECT_EQ(part("bytes=-0"), "416 bytes */10 ");
  for (const char* ignored :
       {"bytes=4-2", "bytes=a-b", "bytes=", "bytes=-", "lines=1-2", "bytes=0-1,4-5", "bytes=1-2-3"}) {
    EXPECT_EQ(part(ignored), "200  0123456789") << ignored;
  }
  const std::string tag = field_of(here.get("/ten.txt"), "ETag");
  EXPECT_EQ(part("bytes=2-4", "If-Range: " + tag + "\r\n"), "206 bytes 2-4/10 234");
  EXPECT_EQ(part("bytes=2-4", "If-Range: \"old\"\r\n"), "200  0123456789");
}

WEFT_TEST_WITH("HR6", "a range is for GET only: HEAD tells of the whole file", .seeds = 1, .workers = {2}) {
  const site www;
  const server here(www.handler());
  const std::string answer =
      here.ask("HEAD /ten.txt HTTP/1.1\r\nHost: here\r\nConnection: close\r\nRange: bytes=2-4\r\n\r\n");
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(field_of(answer, "Content-Length"), "10");
}

WEFT_PLAIN_TEST("H5.5", "types of files are known by the endings of their names, in any case") {
  EXPECT_EQ(http::media_type_of("a/b.HTML"), "text/html; charset=utf-8");
  EXPECT_EQ(http::media_type_of("x.tar.gz"), "application/gzip");
  EXPECT_EQ(http::media_type_of("a.png/b"), "application/octet-stream");
  EXPECT_EQ(http::media_type_of(""), "application/octet-stream");
}

}  // namespace

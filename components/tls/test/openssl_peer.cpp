// SPDX-License-Identifier: Apache-2.0
//
// The program `openssl` as a peer: its s_server and s_client, as children on pipes, at a port of the system's choice.
#include <unistd.h>

#include <filesystem>
#include <string>

#include "ends.hpp"

namespace {

using namespace weft::test;

/// A file with PEM texts that goes with the test.
struct pem_file {
  std::string path;
  explicit pem_file(const std::string& text) {
    path = (std::filesystem::temp_directory_path() / "weft-tls-XXXXXX").string();
    const int fd = mkstemp(path.data());
    EXPECT_GE(fd, 0);
    EXPECT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(fd);
  }
  pem_file(const pem_file&) = delete;
  pem_file& operator=(const pem_file&) = delete;
  ~pem_file() { unlink(path.c_str()); }
};

weft::result<weft::io::process> openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  return weft::io::start({.arguments = std::move(arguments),
                          .input = weft::io::stdio::pipe(),
                          .output = weft::io::stdio::pipe(),
                          .error = weft::io::stdio::null()});
}

/// A port that was free a moment ago.
std::string free_port() {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  return std::to_string(listener->local().port());
}

/// Reads lines until one contains `text`.
template <class R>
bool wait_for(R& lines, std::string_view text) {
  for (;;) {
    const auto line = lines.read_line();
    if (!line || !*line) return false;
    if ((*line)->find(text) != std::string_view::npos) return true;
  }
}

void end(weft::io::process& child) {
  static_cast<void>(child.kill());
  static_cast<void>(child.wait());
}

WEFT_TEST_WITH("V8", "a client of ours and openssl s_server: text both ways, new keys, and its end", .on = sched_only,
               .workers = {2}) {
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    const pem_file identity(example().chain + example().key);
    const std::string port = free_port();
    auto child = openssl({"s_server", "-accept", "127.0.0.1:" + port, "-cert", identity.path, "-key", identity.path,
                          version, "-alpn", "http/1.1"});
    ASSERT_TRUE(child) << child.error().message();
    weft::io::buffered_reader lines(child->output());
    ASSERT_TRUE(wait_for(lines, "ACCEPT"));
    std::string why;
    const auto config = client_config_of({.protocols = {"http/1.1"}});
    auto c = weft::tls::dial_for(long_time, "127.0.0.1", port, config, &why);
    ASSERT_TRUE(c) << why;
    EXPECT_EQ(c->protocol(), "http/1.1");
    ASSERT_TRUE(c->write(bytes_of("hello from weft\n")));
    EXPECT_TRUE(wait_for(lines, "hello from weft"));
    ASSERT_TRUE(weft::io::write(child->input(), "hello from openssl\n"));
    EXPECT_EQ(read_some(*c), "hello from openssl\n");
    if (version == std::string_view("-tls1_3")) {
      ASSERT_TRUE(weft::io::write(child->input(), "K\n"));  // new keys, and ours wanted
      std::string got(100, '\0');
      weft::result<std::size_t> size = std::size_t{0};
      do {  // it drops a line that it reads together with the command
        ASSERT_TRUE(weft::io::write(child->input(), "after new keys\n"));
        size = c->read_for(50ms, std::as_writable_bytes(std::span(got)));
      } while (size.error() == weft::errc::timed_out);
      EXPECT_EQ(got.substr(0, 15), "after new keys\n");
      ASSERT_TRUE(c->update_keys(true));
      ASSERT_TRUE(c->write(bytes_of("new keys of ours\n")));
      EXPECT_TRUE(wait_for(lines, "new keys of ours"));
    } else {
      ASSERT_TRUE(weft::io::write(child->input(), "Q\n"));
      EXPECT_EQ(read_some(*c), "");
    }
    end(*child);
  }
}

WEFT_TEST_WITH("V8", "openssl s_client and a server of ours: it verifies, shows its certificate, and is echoed",
               .on = sched_only, .workers = {2}) {
  const pem_file roots(trusted().root());
  const weft::tls::identity me = trusted().issue({.name = "s_client"});
  const pem_file own(me.chain + me.key);
  const auto config =
      server_config_of({.clients = weft::tls::client_identity::required, .client_roots = trusted().root()});
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    auto listener = weft::net::listen_tcp("127.0.0.1:0");
    ASSERT_TRUE(listener);
    auto child = openssl({"s_client", "-connect", "127.0.0.1:" + std::to_string(listener->local().port()), "-CAfile",
                          roots.path, "-verify_hostname", "example.org", "-verify_return_error", "-servername",
                          "example.org", "-cert", own.path, "-key", own.path, "-quiet", "-no_ign_eof", version});
    ASSERT_TRUE(child) << child.error().message();
    auto accepted = listener->accept_for(long_time);
    ASSERT_TRUE(accepted);
    weft::tls::connection s = weft::tls::server(std::move(*accepted), config);
    ASSERT_TRUE(s.handshake_for(long_time)) << s.explanation();
    EXPECT_EQ(s.peer()->subject, "CN=s_client");
    EXPECT_EQ(s.host(), "example.org");
    ASSERT_TRUE(weft::io::write(child->input(), "echo this\n"));
    EXPECT_EQ(read_some(s), "echo this\n");
    ASSERT_TRUE(s.write(bytes_of("echoed\n")));
    weft::io::buffered_reader lines(child->output());
    EXPECT_TRUE(wait_for(lines, "echoed"));
    EXPECT_TRUE(child->input().close());
    EXPECT_EQ(read_some(s), "");
    s.close();
    const auto ended = child->wait_for(long_time);
    EXPECT_TRUE(ended && ended->success());
  }
}

WEFT_TEST_WITH("V8", "openssl s_client refuses a certificate of ours that is for others, and the server is told why",
               .on = sched_only, .workers = {2}) {
  const pem_file roots(authority("Nobody").root());
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  auto child = openssl({"s_client", "-connect", "127.0.0.1:" + std::to_string(listener->local().port()), "-CAfile",
                        roots.path, "-verify_return_error", "-quiet"});
  ASSERT_TRUE(child) << child.error().message();
  auto accepted = listener->accept_for(long_time);
  ASSERT_TRUE(accepted);
  weft::tls::connection s = weft::tls::server(std::move(*accepted), plain_server());
  EXPECT_EQ(s.handshake_for(long_time).error(), weft::tls::errc::refused) << s.explanation();
  EXPECT_NE(s.explanation().find("unknown CA"), std::string::npos) << s.explanation();
  end(*child);
}

}  // namespace

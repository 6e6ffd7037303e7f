// SPDX-License-Identifier: Apache-2.0
//
// Asio's own TLS over weft::asio, with weft::tls at the other end: asio::ssl::stream is written for blocking streams,
// and keeps its bytes in memory (a pair of BIOs), so nothing parks inside OpenSSL. Here because its headers are large.
#ifdef WEFT_HTTP_TLS
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "https_server.hpp"
#include "weft/asio.hpp"

namespace {

using namespace weft::test;
namespace ssl = boost::asio::ssl;
namespace beast_http = boost::beast::http;
using over_tcp = weft::asio::stream<weft::net::tcp_connection&>;
using secured = ssl::stream<over_tcp>;

boost::asio::const_buffer buffer_of(const std::string& text) { return boost::asio::buffer(text); }

ssl::context trusting(const std::string& root) {
  ssl::context made(ssl::context::tls_client);
  made.set_verify_mode(ssl::verify_peer);
  made.add_certificate_authority(buffer_of(root));
  return made;
}

/// A GET by Beast; the body, or the error's text.
std::string get(secured& stream, const std::string& target) {
  beast_http::request<beast_http::empty_body> asked(beast_http::verb::get, target, 11);
  asked.set(beast_http::field::host, "example.org");
  boost::beast::flat_buffer buffer;
  beast_http::response<beast_http::string_body> answer;
  boost::system::error_code error;
  beast_http::write(stream, asked, error);
  if (!error) beast_http::read(stream, buffer, answer, error);
  return error ? error.message() : answer.body();
}

WEFT_TEST_WITH("AR1",
               "asio::ssl shakes hands with weft::tls, Beast speaks https over it, and who is not trusted is refused",
               .seeds = 3) {
  https_server here([](request& asked, response& answer) {
    answer.send(asked.path() == "/large" ? std::string(1 << 20, 'l') : "you asked for " + std::string(asked.path()));
  });
  weft::wait_group clients;
  for (int i = 0; i < 3; ++i) {
    clients.go([&] {
      auto tcp = weft::net::connect_tcp_for(patience, here.local());
      ASSERT_TRUE(tcp);
      tcp->set_deadline(weft::clock::now() + patience);
      ssl::context context = trusting(trusted().root());
      secured stream(over_tcp(*tcp), context);
      stream.set_verify_callback(ssl::host_name_verification("www.example.org"));
      boost::system::error_code error;
      stream.handshake(ssl::stream_base::client, error);
      ASSERT_FALSE(error) << error.message();
      EXPECT_EQ(get(stream, "/a"), "you asked for /a");
      EXPECT_EQ(get(stream, "/large").size(), std::size_t{1} << 20);
      EXPECT_EQ(get(stream, "/b"), "you asked for /b");
      stream.shutdown(error);
    });
  }
  clients.wait();
  auto tcp = weft::net::connect_tcp_for(patience, here.local());
  ASSERT_TRUE(tcp);
  tcp->set_deadline(weft::clock::now() + patience);
  ssl::context context = trusting(authority("Somebody Else").root());
  secured wary(over_tcp(*tcp), context);
  boost::system::error_code error;
  wary.handshake(ssl::stream_base::client, error);
  EXPECT_NE(error.message().find("certificate verify failed"), std::string::npos) << error.message();
}

WEFT_TEST_WITH("AR1", "a server of asio::ssl and Beast answers weft's https client", .seeds = 3) {
  bad_server server([](weft::net::tcp_connection& tcp, int) {
    tcp.set_deadline(weft::clock::now() + patience);
    ssl::context context(ssl::context::tls_server);
    context.use_certificate_chain(buffer_of(example().chain));
    context.use_private_key(buffer_of(example().key), ssl::context::pem);
    secured stream{over_tcp(tcp), context};
    boost::system::error_code error;
    stream.handshake(ssl::stream_base::server, error);
    ASSERT_FALSE(error) << error.message();
    for (;;) {
      boost::beast::flat_buffer buffer;
      beast_http::request<beast_http::string_body> asked;
      beast_http::read(stream, buffer, asked, error);
      if (error) break;
      beast_http::response<beast_http::string_body> answer(beast_http::status::ok, 11, "echo: " + asked.body());
      answer.prepare_payload();
      beast_http::write(stream, answer, error);
    }
    stream.shutdown(error);
  });
  weft::http::client c({.tls = trusting_the_authority()});
  const std::string url = "https" + server.url().substr(4);
  for (const std::size_t size : {5, 100'000}) {
    const std::string body(size, 'b');
    EXPECT_EQ(text_of(c.send_for(patience, {.method = "POST", .url = url, .body = body})), "echo: " + body);
  }
}

}  // namespace
#endif

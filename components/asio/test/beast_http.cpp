// SPDX-License-Identifier: Apache-2.0
//
// Boost.Beast, client and server, on goroutines.
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <string>

#include "harness.hpp"
#include "weft/asio.hpp"
#include "weft/weft.hpp"

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

using request = http::request<http::string_body>;
using response = http::response<http::string_body>;

void answer_all(weft::net::unix_connection& connection) {
  weft::asio::stream stream(connection);
  beast::flat_buffer buffer;
  for (;;) {
    request asked;
    boost::system::error_code error;
    http::read(stream, buffer, asked, error);
    if (error == http::error::end_of_stream) return;
    ASSERT_FALSE(error) << error.message();
    response answer(http::status::ok, asked.version(), std::string(asked.target()) + " " + asked.body());
    answer.keep_alive(asked.keep_alive());
    answer.prepare_payload();
    http::write(stream, answer);
  }
}

WEFT_TEST_WITH("H1.3", "Beast reads and writes requests and responses over a connection that is kept alive",
               .seeds = 5) {
  auto ends = weft::net::unix_pair();
  ASSERT_TRUE(ends);
  weft::wait_group server;
  server.go([&] { answer_all(ends->second); });
  weft::asio::stream stream(ends->first);
  beast::flat_buffer buffer;
  for (const std::size_t size : {0, 1, 100'000}) {
    request ask(http::verb::post, "/" + std::to_string(size), 11, std::string(size, 'b'));
    ask.prepare_payload();
    http::write(stream, ask);
    http::response_parser<http::string_body> answer;
    http::read(stream, buffer, answer);
    EXPECT_EQ(answer.get().body(), "/" + std::to_string(size) + " " + std::string(size, 'b'));
  }
  EXPECT_TRUE(ends->first.shutdown_write());
  server.wait();
}

WEFT_TEST_WITH("H1.3", "Beast's WebSocket shakes hands, speaks and takes leave over a connection", .seeds = 2) {
  auto ends = weft::net::unix_pair();
  ASSERT_TRUE(ends);
  weft::wait_group server;
  server.go([&] {
    beast::websocket::stream<weft::asio::stream<weft::net::unix_connection&>, false> socket(ends->second);
    socket.accept();
    beast::flat_buffer message;
    boost::system::error_code error;
    for (;;) {
      socket.read(message, error);
      if (error) break;
      socket.text(socket.got_text());
      socket.write(message.data());
      message.clear();
    }
    EXPECT_EQ(error, beast::websocket::error::closed);
  });
  beast::websocket::stream<weft::asio::stream<weft::net::unix_connection&>, false> socket(ends->first);
  socket.handshake("here", "/");
  socket.write(boost::asio::buffer(std::string("echo")));
  beast::flat_buffer message;
  socket.read(message);
  EXPECT_EQ(beast::buffers_to_string(message.data()), "echo");
  socket.close(beast::websocket::close_code::normal);
  server.wait();
}

}  // namespace

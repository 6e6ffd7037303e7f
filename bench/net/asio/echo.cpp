// SPDX-License-Identifier: Apache-2.0
//
// Boost.Asio: one thread, callbacks, no allocation per operation but Asio's own recycled handlers.
#include <array>
#include <boost/asio.hpp>
#include <cstdio>
#include <memory>

namespace asio = boost::asio;
using asio::ip::tcp;

class connection : public std::enable_shared_from_this<connection> {
 public:
  explicit connection(tcp::socket socket) : socket_(std::move(socket)) {}

  void read() {
    socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](auto error, std::size_t n) {
      if (!error) self->write(n);
    });
  }

 private:
  void write(std::size_t n) {
    asio::async_write(socket_, asio::buffer(buffer_, n), [self = shared_from_this()](auto error, std::size_t) {
      if (!error) self->read();
    });
  }

  tcp::socket socket_;
  std::array<char, 4096> buffer_;
};

void accept_next(tcp::acceptor& acceptor) {
  acceptor.async_accept([&](auto error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<connection>(std::move(socket))->read();
    }
    accept_next(acceptor);
  });
}

int main() {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0}, true);
  std::printf("listening %d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  accept_next(acceptor);
  context.run();
}

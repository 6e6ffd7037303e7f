// SPDX-License-Identifier: Apache-2.0
//
// A TCP proxy that does harm: it stands between a client and a server, for one connection, and passes bytes on until
// its plan says otherwise. Made of weft's sockets and goroutines.
//
//     fault_proxy between(server.local(), {.down = {.stop_at = 7, .then = fault::reset}});
//     weft::net::tcp_connection client = between.connect();
//
// `down` is what comes from the server, `up` what goes to it. Each direction passes on `stop_at` bytes, in pieces of at
// most `piece`, and then
//     end     ends its half, as if the sender had shut down: the other direction goes on
//     reset   resets the connection with whom it sends to, after all bytes have been handed to the network
//     hold    passes on nothing until release()
//
// What comes after that is not looked at. The destructor ends everything, and waits for it.
#pragma once

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "semantics/network.hpp"

namespace weft::test {

enum class fault : std::uint8_t { end, reset, hold };

struct passage {
  std::size_t piece = 4096;
  std::size_t stop_at = SIZE_MAX;
  fault then = fault::end;
};

struct proxy_plan {
  passage down{};
  passage up{};
  std::size_t room = 0;  // of the buffer for what the client sends; 0: as the system likes
};

class fault_proxy {
 public:
  fault_proxy(const net::endpoint& to, const proxy_plan& plan) : plan_(plan) {
    listener_ = std::move(net::listen_tcp("127.0.0.1:0").value());
    if (plan.room != 0) static_cast<void>(listener_.set_receive_buffer(plan.room));
    work_.go([this, to] { pass(to); });
  }
  fault_proxy(const fault_proxy&) = delete;
  fault_proxy& operator=(const fault_proxy&) = delete;
  ~fault_proxy() {
    release();
    begin_.call([this] { begun_.close(); });
    listener_.close();
    made_.recv();
    client_.close();
    server_.close();
    work_.wait();
  }

  /// Once. What the plan says begins when the connection has been made.
  [[nodiscard]] net::tcp_connection connect() {
    auto client = net::connect_tcp(listener_.local());
    begin_.call([this] { begun_.close(); });
    return std::move(client.value());
  }

  /// Those who hold go on.
  void release() {
    let_go_.call([this] { gate_.close(); });
  }

  /// Resets the connection with the client, now.
  void break_client() {
    made_.recv();
    harm(client_, fault::reset);
  }

 private:
  void pass(const net::endpoint& to) {
    auto client = listener_.accept();
    auto server = net::connect_tcp(to);
    if (client) client_ = std::move(*client);
    if (server) server_ = std::move(*server);
    made_.close();
    begun_.recv();
    work_.go([this] { pump(client_, server_, plan_.up); });
    pump(server_, client_, plan_.down);
  }

  void pump(net::tcp_connection& from, net::tcp_connection& to, passage how) {
    std::string buffer(how.piece, '\0');
    for (std::size_t moved = 0;;) {
      if (moved == how.stop_at) {
        if (how.then != fault::hold) return harm(to, how.then);
        gate_.recv();
        how.stop_at = SIZE_MAX;
      }
      const auto got = from.read(room(buffer).first(std::min(how.piece, how.stop_at - moved)));
      if (!got || *got == 0) return harm(to, fault::end);
      if (!to.write(bytes_of(buffer).first(*got))) return;
      moved += *got;
    }
  }

  /// Bytes that the kernel has not sent yet would be lost with a reset.
  static void harm(net::tcp_connection& to, fault how) {
    if (how == fault::end) {
      static_cast<void>(to.shutdown_write());
      return;
    }
    for (int unsent = 1; unsent > 0 && ioctl(to.native_handle(), SIOCOUTQNSD, &unsent) == 0;) yield();
    static_cast<void>(to.set_linger(std::chrono::seconds(0)));
    to.close();
  }

  const proxy_plan plan_;
  net::tcp_listener listener_;
  net::tcp_connection client_;  // with whom we are the server
  net::tcp_connection server_;
  chan<unit> made_;   // closed when both connections are there, or are not to be had
  chan<unit> begun_;  // closed when the client is connected
  once begin_;
  chan<unit> gate_;  // closed when those who hold go on
  once let_go_;
  wait_group work_;
};

}  // namespace weft::test

// SPDX-License-Identifier: Apache-2.0
//
// A server that starts a goroutine for each connection, the documents' running example, and its clients in the same
// program. Each connection's code reads as if it were alone in the world; a hundred of them need no hundred threads.
//
// The server ends in order: the listener is closed, which ends the accepting goroutine; connections that are idle for
// too long end by their deadline; and the wait group waits for those that are being served.
//
// sentence: a server starts a goroutine for each connection and serves a hundred clients at once
// engines: both
// expect-exit: 0
// expect-output-exact:
//   100 clients were answered
//   an idle client was let go: the end
//   the listener says: use of closed network connection or file
//   the server served 101 connections
#include <weft/weft.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;
using weft::net::tcp_connection;
using weft::net::tcp_listener;

void echo(tcp_connection& connection) {
  std::array<std::byte, 1024> buffer;
  for (;;) {
    connection.set_read_deadline(weft::clock::now() + 2s);
    const weft::result<std::size_t> n = connection.read(buffer);
    if (!n || *n == 0) return;  // an error, or idle for too long; or the client has ended
    if (!connection.write({buffer.data(), *n})) return;
  }
}

struct server {
  tcp_listener listener;
  weft::wait_group connections;
  std::atomic<int> served{0};

  void run() {
    for (;;) {
      weft::result<tcp_connection> next = listener.accept();
      if (!next) {
        std::printf("the listener says: %s\n", next.error().message().c_str());
        return;
      }
      connections.go([this, connection = std::move(*next)]() mutable {
        echo(connection);
        ++served;
      });
    }
  }
};

bool is_answered(const weft::net::endpoint& to, const std::string& question) {
  weft::result<tcp_connection> connection = weft::net::connect_tcp_for(20s, to);
  if (!connection || !connection->write(std::as_bytes(std::span(question)))) return false;
  std::string answer(question.size(), '?');
  std::size_t have = 0;
  while (have < answer.size()) {
    const auto n = connection->read_for(20s, std::as_writable_bytes(std::span(answer)).subspan(have));
    if (!n || *n == 0) return false;
    have += *n;
  }
  return answer == question;
}

int main() {
  return weft::run([] {
    server s;
    s.listener = weft::net::listen_tcp("127.0.0.1:0").value();
    const weft::net::endpoint at = s.listener.local();
    weft::wait_group accepting;
    accepting.go([&s] { s.run(); });

    std::atomic<int> answered{0};
    weft::wait_group clients;
    for (int i = 0; i < 100; ++i) {
      clients.go([&, i] { answered += is_answered(at, "client " + std::to_string(i)) ? 1 : 0; });
    }
    clients.wait();
    std::printf("%d clients were answered\n", answered.load());

    tcp_connection idle = weft::net::connect_tcp(at).value();
    std::array<std::byte, 1> nothing;
    const weft::result<std::size_t> end = idle.read(nothing);
    std::printf("an idle client was let go: %s\n", end.value_or(std::size_t{1}) == 0 ? "the end" : "?");

    s.listener.close();
    accepting.wait();
    s.connections.wait();
    std::printf("the server served %d connections\n", s.served.load());
  });
}

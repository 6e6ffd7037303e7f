// SPDX-License-Identifier: Apache-2.0
//
// Everything else that waits: accept, connect to a queue that is full, receive, send to who does not receive. Each is
// ended in every way while it waits, before it begins, and with no time left; then it must work.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cases.hpp"

namespace {

using namespace weft::test;
namespace net = weft::net;
using weft::detail::wait_limit;

/// An operation that waits until `serve` has been called.
struct waiting {
  std::string name;
  net::socket* socket;  // whose operation it is; null: there is none yet, so that only a limit ends it
  std::function<std::error_code(const wait_limit&)> run;
  std::function<void()> serve;
};

enum class moment : std::uint8_t { while_waiting, before, no_time };

std::string ended(const waiting& what, ending by, moment when) {
  if (when == moment::no_time) {
    return expect_error(what.run({.until = 0}), weft::errc::timed_out);
  }
  ender out(by);
  if (when == moment::before && what.socket != nullptr) out.end(*what.socket);
  weft::task<std::error_code> operation = weft::spawn([&] { return what.run(out.limit()); });
  if (when == moment::while_waiting && by != ending::limit) {
    weft::testing::settle();
    if (what.socket != nullptr) out.end(*what.socket);
    if (what.socket == nullptr) out.cancel();
  }
  return expect_error(operation.join(), error_of(by));
}

/// All ends of the operation that `make` sets up anew for each case, and then what it was for.
void all_ends(case_table& table, const std::function<void(const std::function<void(waiting)>&)>& make) {
  const auto one = [&](ending by, moment when, const char* how) {
    make([&](waiting what) {
      if (what.socket == nullptr && (by == ending::deadline || by == ending::close || when == moment::before)) return;
      table.in_case(what.name + ", " + name_of(by) + how, [&]() -> std::string {
        std::string wrong = ended(what, by, when);
        if (by == ending::close || what.serve == nullptr) return wrong;
        if (what.socket != nullptr) what.socket->clear_deadlines();
        what.serve();
        return wrong + expect_error(what.run({}), {});
      });
    });
  };
  for (const ending by : all_endings) one(by, moment::while_waiting, "");
  for (const ending by : {ending::cancel, ending::deadline, ending::close})
    one(by, moment::before, " before it begins");
  one(ending::limit, moment::no_time, " with no time left");
}

using scene = std::function<void(waiting)>;

void accepting(const scene& play) {
  auto tcp = std::move(net::listen_tcp("127.0.0.1:0").value());
  play({"tcp accept", &tcp, [&](const wait_limit& limit) { return tcp.accept(limit).error(); },
        [&] { EXPECT_TRUE(net::connect_tcp(tcp.local())); }});
}

void accepting_unix(const scene& play) {
  const std::string name = fresh_name();
  auto listener = std::move(net::listen_unix(name).value());
  play({"unix accept", &listener, [&](const wait_limit& limit) { return listener.accept(limit).error(); },
        [&] { EXPECT_TRUE(net::connect_unix(name)); }});
}

void accepting_packets(const scene& play) {
  const std::string name = fresh_name();
  auto listener = std::move(net::listen_unix_packets(name).value());
  play({"unix packets accept", &listener, [&](const wait_limit& limit) { return listener.accept(limit).error(); },
        [&] { EXPECT_TRUE(net::connect_unix_packets(name)); }});
}

void receiving_udp(const scene& play, bool from) {
  auto socket = std::move(net::bind_udp("127.0.0.1:0").value());
  auto peer = std::move(net::connect_udp(socket.local()).value());
  std::byte room[10];
  play({from ? "udp receive_from" : "udp receive", &socket,
        [&, from](const wait_limit& limit) {
          return from ? socket.receive_from(limit, room).error() : socket.receive(limit, room).error();
        },
        [&] { EXPECT_TRUE(peer.send(bytes_of("x"))); }});
}

void receiving_datagrams(const scene& play) {
  const std::string name = fresh_name();
  auto socket = std::move(net::bind_unix_datagram(name).value());
  auto peer = std::move(net::connect_unix_datagram(name).value());
  std::byte room[10];
  play({"unix datagram receive", &socket, [&](const wait_limit& limit) { return socket.receive(limit, room).error(); },
        [&] { EXPECT_TRUE(peer.send(bytes_of("x"))); }});
}

void receiving_packets(const scene& play) {
  auto [left, right] = std::move(net::unix_packets_pair().value());
  net::unix_packets& socket = left;
  net::unix_packets& peer = right;
  std::byte room[10];
  play({"unix packets receive", &socket, [&](const wait_limit& limit) { return socket.receive(limit, room).error(); },
        [&] { EXPECT_TRUE(peer.send(bytes_of("x"))); }});
}

void sending_datagrams(const scene& play) {
  const std::string name = fresh_name();
  auto peer = std::move(net::bind_unix_datagram(name).value());
  auto socket = std::move(net::connect_unix_datagram(name).value());
  while (socket.send(wait_limit{.until = 0}, bytes_of("x"))) continue;
  std::byte room[10];
  play({"unix datagram send", &socket,
        [&](const wait_limit& limit) { return socket.send(limit, bytes_of("x")).error(); },
        [&] {
          for (int i = 0; i < 5; ++i) EXPECT_TRUE(peer.receive(room));
        }});
}

void sending_packets(const scene& play) {
  auto [left, right] = std::move(net::unix_packets_pair().value());
  net::unix_packets& socket = left;
  net::unix_packets& peer = right;
  const std::string large(20000, 'x');
  while (socket.send(wait_limit{.until = 0}, bytes_of(large))) continue;
  std::string buffer(large.size(), ' ');
  play({"unix packets send", &socket,
        [&](const wait_limit& limit) { return socket.send(limit, bytes_of(large)).error(); },
        [&] {
          for (int i = 0; i < 2; ++i) EXPECT_TRUE(peer.receive(room(buffer)));
        }});
}

void reading_unix(const scene& play) {
  unix_ends ends;
  std::byte room[10];
  play({"unix read", &ends.left, [&](const wait_limit& limit) { return ends.left.read(limit, room).error(); },
        [&] { EXPECT_TRUE(ends.right.write(bytes_of("x"))); }});
}

void writing_unix(const scene& play) {
  unix_ends ends;
  fill(ends.left);
  std::string buffer(1 << 20, ' ');
  play({"unix write", &ends.left,
        [&](const wait_limit& limit) { return ends.left.write(limit, bytes_of("x")).error(); },
        [&] { EXPECT_TRUE(ends.right.read(room(buffer))); }});
}

/// The queue of a listener that nobody accepts from is full.
void connecting_tcp(const scene& play) {
  auto listener = std::move(net::listen_tcp("127.0.0.1:0", {.backlog = 1}).value());
  std::vector<net::tcp_connection> queued;
  while (auto one = net::connect_tcp_for(20ms, listener.local())) queued.push_back(std::move(*one));
  play({"tcp connect to a full queue", nullptr,
        [&](const wait_limit& limit) { return net::connect_tcp(limit, listener.local()).error(); }, nullptr});
}

void connecting_unix(const scene& play) {
  const std::string name = fresh_name();
  auto listener = std::move(net::listen_unix(name, {.backlog = 1}).value());
  std::vector<net::unix_connection> queued;
  while (auto one = net::connect_unix(wait_limit{.until = 0}, name)) queued.push_back(std::move(*one));
  play({"unix connect to a full queue", nullptr,
        [&](const wait_limit& limit) { return net::connect_unix(limit, name).error(); },
        [&] { EXPECT_TRUE(listener.accept()); }});
}

WEFT_TEST_WITH("N1.2 N1.3 N3.2 N3.5 N4.1", "all that waits for sockets ends in every way, and then works", .seeds = 2,
               .workers = {1, 4}) {
  case_table table("everything that waits");
  for (const auto& scene_of :
       {accepting, accepting_unix, accepting_packets, receiving_datagrams, receiving_packets, sending_datagrams,
        sending_packets, reading_unix, writing_unix, connecting_tcp, connecting_unix}) {
    all_ends(table, scene_of);
  }
  for (const bool from : {false, true}) {
    all_ends(table, [&](const scene& play) { receiving_udp(play, from); });
  }
}

WEFT_TEST_WITH("N7.2 N7.6 N9.6", "who is not there is an error at once, whichever way one asks", .seeds = 2,
               .workers = {1, 4}) {
  case_table table("nobody there");
  net::endpoint nowhere;
  {
    auto gone = std::move(net::listen_tcp("127.0.0.1:0").value());
    nowhere = gone.local();
  }
  const auto refused = std::make_error_code(std::errc::connection_refused);
  const std::string name = fresh_name();
  const std::vector<std::pair<const char*, std::function<std::error_code()>>> asked = {
      {"connect_tcp", [&] { return net::connect_tcp(nowhere).error(); }},
      {"dial", [&] { return net::dial("127.0.0.1", std::to_string(nowhere.port())).error(); }},
      {"connect_unix", [&] { return net::connect_unix(name).error(); }},
      {"connect_unix_packets", [&] { return net::connect_unix_packets(name).error(); }},
      {"connect_unix_datagram", [&] { return net::connect_unix_datagram(name).error(); }},
      {"udp", [&] {
         auto socket = std::move(net::connect_udp(nowhere).value());
         EXPECT_TRUE(socket.send(bytes_of("x")));
         std::byte room[1];
         return socket.receive(room).error();
       }}};
  for (const auto& [what, run] : asked) {
    table.in_case(what, [&, ask = run] { return expect_error(ask(), refused); });
  }
}

WEFT_TEST_WITH("N9.6", "a connection that its client has reset before it was accepted is accepted, and reset",
               .seeds = 2, .workers = {1, 4}) {
  case_table table("resets in the queue");
  auto listener = std::move(net::listen_tcp("127.0.0.1:0").value());
  for (int sent = 0; sent < 4; ++sent) {
    table.in_case("after " + std::to_string(sent) + " bytes", [&]() -> std::string {
      {
        auto client = std::move(net::connect_tcp(listener.local()).value());
        client.write(bytes_of(std::string(sent, 'x'))).value();
        EXPECT_TRUE(client.set_linger(std::chrono::seconds(0)));
      }
      auto accepted = listener.accept_for(long_time);
      if (!accepted) return "accept failed: " + accepted.error().message();
      std::error_code error;
      const std::string got = read_all(*accepted, &error);
      if (got != std::string(sent, 'x')) return "read \"" + got + "\"";
      return expect_error(error, std::make_error_code(std::errc::connection_reset));
    });
  }
}

}  // namespace

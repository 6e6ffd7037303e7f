// SPDX-License-Identifier: Apache-2.0
//
// Those who soak: each visit is one of two dozen manners, half of them bad. A visit that must succeed and does not, or
// a wrong byte, counts as wrong; what a bad manner provokes does not, nor does what meets a shortage of descriptors
// (main.cpp).
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <random>
#include <string>

#include "errands.hpp"
#include "secure.hpp"
#include "server.hpp"

namespace soak {

struct counts {
  std::atomic<long> visits{0};
  std::atomic<long> wrong{0};
};

class client {
 public:
  client(servers& at, secure_server& secure, counts& book, std::string directory, unsigned seed)
      : at_(at), secure_(secure), book_(book), directory_(std::move(directory)), chance_(seed) {}

  void visit() {
    struct manner {
      const char* name;
      bool (client::*visit)();
    };
    static constexpr manner manners[] = {
        {"polite", &client::polite},
        {"half close", &client::half_close},
        {"flood", &client::flood},
        {"unix stream", &client::unix_stream},
        {"unix message", &client::unix_message},
        {"datagram", &client::datagram},
        {"files", &client::files},
        {"reset", &client::reset},
        {"leave", &client::leave},
        {"slow", &client::slow},
        {"deaf", &client::deaf},
        {"dial gone", &client::dial_gone},
        {"miss deadline", &client::miss_deadline},
        {"cancelled", &client::cancelled},
        {"timers", &client::timers},
        {"moved files", &client::moved_files},
        {"secure", &client::secure},
        {"distrust", &client::distrust},
        {"broken handshake", &client::broken_handshake},
    };
    static constexpr manner dear[] = {
        // and rarer
        {"child", &client::child},
        {"talking child", &client::talking_child},
        {"killed child", &client::killed_child},
        {"no child", &client::no_child},
        {"names", &client::names},
    };
    const manner& chosen =
        chance_() % 30 == 0 ? dear[chance_() % std::size(dear)] : manners[chance_() % std::size(manners)];
    ++book_.visits;
    const unsigned before = shortages;
    if ((this->*chosen.visit)() || before % 2 != 0 || shortages != before) return;
    if (++book_.wrong <= 20) std::printf("wrong: %s\n", chosen.name);
  }

 private:
  using connection = weft::net::tcp_connection;

  /// Many addresses of this machine, so that ports do not run out while the kernel keeps those that were used.
  [[nodiscard]] weft::net::endpoint somewhere() {
    const auto last = static_cast<std::uint8_t>(1 + chance_() % 200);
    return {weft::net::address(std::array<std::uint8_t, 4>{127, 0, 0, last}), at_.tcp.local().port()};
  }

  [[nodiscard]] connection come() {
    auto made = weft::net::connect_tcp_for(20s, somewhere());
    return made ? std::move(*made) : connection();
  }

  [[nodiscard]] std::string text(std::size_t size) {
    std::string made(size, ' ');
    for (char& c : made) c = static_cast<char>('a' + chance_() % 26);
    return made;
  }

  /// Nobody has had it: a visit that met a shortage may have left something behind.
  [[nodiscard]] std::string fresh_path() {
    static std::atomic<long> number{0};
    return directory_ + "/" + std::to_string(++number);
  }

  static weft::net::bytes bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

  template <class Connection>
  static std::string receive(Connection& from, std::size_t size) {
    std::string got(size, ' ');
    std::size_t n = 0;
    while (n < size) {
      const auto more = from.read_for(20s, std::as_writable_bytes(std::span(got)).subspan(n));
      if (!more || *more == 0) break;
      n += *more;
    }
    got.resize(n);
    return got;
  }

  template <class Connection>
  bool exchange(Connection& with, std::size_t size) {
    const std::string sent = text(size);
    return with.write_for(20s, bytes(sent)) && receive(with, size) == sent;
  }

  // ---- good manners

  bool polite() {
    connection c = come();
    for (int i = 0; i < 5; ++i) {
      if (!exchange(c, 1 + chance_() % 3000)) return false;
    }
    return true;
  }

  bool half_close() {
    connection c = come();
    const std::string sent = text(5000);
    return c.write(bytes(sent)) && c.shutdown_write() && receive(c, 6000) == sent;
  }

  /// More than all buffers hold: written while it is read.
  bool flood() {
    connection c = come();
    const std::string sent = text(300'000);
    auto writing = weft::spawn([&] { return c.write_for(20s, bytes(sent)).has_value(); });
    const bool same = receive(c, sent.size()) == sent;
    return writing.join() && same;
  }

  bool unix_stream() {
    auto c = weft::net::connect_unix(at_.unix_name);
    return c && exchange(*c, 2000);
  }

  bool unix_message() {
    auto c = weft::net::connect_unix_packets(at_.unix_name + "p");
    const std::string sent = text(1 + chance_() % 3000);
    std::string got(4000, ' ');
    if (!c || !c->send(bytes(sent))) return false;
    const auto n = c->receive_for(20s, std::as_writable_bytes(std::span(got)));
    return n && got.substr(0, *n) == sent;
  }

  /// A datagram may be lost.
  bool datagram() {
    auto socket = weft::net::connect_udp(at_.udp.local());
    const std::string sent = text(1 + chance_() % 1000);
    std::string got(2000, ' ');
    if (!socket || !socket->send(bytes(sent))) return false;
    const auto n = socket->receive_for(200ms, std::as_writable_bytes(std::span(got)));
    return !n || got.substr(0, *n) == sent;
  }

  bool files() {
    const std::string path = fresh_path();
    const std::string content = text(20'000);
    const bool written = weft::io::write_file(path, content).has_value();
    const auto read = weft::io::read_file(path);
    const bool gone = weft::io::remove(path).has_value();
    return written && read && *read == content && gone;
  }

  bool child() {
    auto started = weft::io::start({.arguments = {"true"}});
    return started && started->wait();
  }

  bool talking_child() { return talk_to_child(); }
  bool names() { return look_up_names(); }
  bool timers() { return run_timers(); }
  bool moved_files() { return move_files(fresh_path()); }
  bool secure() { return secure_.echo_once(text(1 + chance_() % 20'000)); }

  // ---- bad manners

  bool killed_child() { return kill_child(static_cast<unsigned>(chance_())); }
  bool no_child() { return start_nothing(); }
  bool distrust() { return secure_.distrust(); }
  bool broken_handshake() { return secure_.break_off(chance_() % 2 == 0); }

  bool reset() {
    connection c = come();
    static_cast<void>(c.write(bytes(text(100))));
    static_cast<void>(c.set_linger(0s));
    return true;
  }

  bool leave() {
    static_cast<void>(come());
    return true;
  }

  bool slow() {
    connection c = come();
    for (int i = 0; i < 20; ++i) {
      if (!exchange(c, 1)) return false;
      weft::sleep_for(2ms);
    }
    return true;
  }

  /// Writes and never reads, until the server cannot write any more either.
  bool deaf() {
    connection c = come();
    const std::string much = text(64 * 1024);
    c.set_write_deadline(weft::clock::now() + 50ms);
    while (c.write(bytes(much))) continue;
    return true;
  }

  bool dial_gone() {
    auto gone = weft::net::listen_tcp("127.0.0.1:0");
    if (!gone) return false;
    const weft::net::endpoint to[] = {gone->local(), somewhere()};
    gone->close();
    static_cast<void>(weft::net::connect_tcp_for(20s, to[0]));  // unless somebody else listens there by now
    return weft::net::dial_any(weft::detail::within(20s), to).has_value();
  }

  bool miss_deadline() {
    connection c = come();
    std::array<std::byte, 8> room{};
    c.set_read_deadline(weft::clock::now() + 3ms);
    if (c.read(room).error() != weft::errc::timed_out) return false;
    c.clear_deadlines();
    return exchange(c, 100);
  }

  bool cancelled() {
    connection c = come();
    std::array<std::byte, 8> room{};
    auto ctx = weft::with_cancel(weft::background());
    auto cancelling = weft::spawn([&] { ctx.cancel(); });
    const bool told = c.read(ctx, room).error() == weft::errc::cancelled;
    cancelling.join();
    return told && exchange(c, 100);
  }

  servers& at_;
  secure_server& secure_;
  counts& book_;
  const std::string directory_;
  std::minstd_rand chance_;
};

}  // namespace soak

// SPDX-License-Identifier: Apache-2.0
//
// Every way to write, to a peer that reads slowly, resets, or stops reading while the writer gives up in each of the
// four ways. Expected is the operation's error, and that what arrives is what was written, from its beginning, with
// nothing changed or left out.
#include <array>
#include <string>

#include "cases.hpp"
#include "fault_proxy.hpp"

namespace {

using namespace weft::test;
namespace io = weft::io;
namespace net = weft::net;

constexpr std::size_t buffers = 32 * 1024;  // the sender's and the proxy's
constexpr std::size_t much = 1024 * 1024;   // more than all buffers on the way

const std::string& data() {
  static const std::string text = [] {
    std::string made(much, ' ');
    for (std::size_t i = 0; i < much; ++i) made[i] = static_cast<char>('a' + (i * 31 + i / 997) % 26);
    return made;
  }();
  return text;
}

using weft::detail::wait_limit;

struct writing {
  const char* name;
  std::error_code (*run)(const wait_limit&, net::stream&, std::size_t& accepted);
};

constexpr std::size_t unknown = SIZE_MAX;  // how much was accepted

std::error_code write(const wait_limit& limit, net::stream& to, std::size_t&) {
  return to.write(limit, bytes_of(data())).error();
}

std::error_code write_some(const wait_limit& limit, net::stream& to, std::size_t& accepted) {
  for (accepted = 0; accepted < much;) {
    const auto put = to.write_some(limit, bytes_of(data()).subspan(accepted));
    if (!put) return put.error();
    accepted += *put;
  }
  return {};
}

std::error_code write_parts(const wait_limit& limit, net::stream& to, std::size_t&) {
  const net::bytes all = bytes_of(data());
  const std::array<net::bytes, 4> parts = {all.first(3), net::bytes(), all.subspan(3, 100000), all.subspan(100003)};
  return to.write_parts(limit, parts).error();
}

std::error_code copy(const wait_limit& limit, net::stream& to, std::size_t&) {
  return io::copy(io::bound(limit, to), io::memory_reader(data())).error();
}

std::error_code buffered(const wait_limit& limit, net::stream& to, std::size_t&) {
  auto below = io::bound(limit, to);
  io::buffered_writer out(below, 5000);
  for (std::size_t at = 0; at < much; at += 1024) {
    const auto put = out.write(bytes_of(data()).subspan(at, 1024));
    if (!put) return put.error();
  }
  return out.flush().error();
}

constexpr writing writings[] = {
    {"write", write}, {"write_some", write_some},    {"write_parts", write_parts},
    {"copy", copy},   {"buffered_writer", buffered},
};

struct stage {
  fault_proxy proxy;
  net::tcp_connection client;
  net::tcp_connection server;
  std::string arrived;
  weft::task<void> reader;

  stage(net::tcp_listener& at, const passage& up) : proxy(at.local(), {.up = up, .room = buffers}) {
    client = proxy.connect();
    EXPECT_TRUE(client.set_send_buffer(buffers));
    server = std::move(at.accept().value());
    reader = weft::spawn([this] { arrived = read_all(server); });
  }
};

/// What arrived is a beginning of what was written, of that size if it is known.
std::string expect_arrived(const std::string& arrived, std::size_t least, std::size_t exactly) {
  if (data().compare(0, arrived.size(), arrived) != 0) return "what arrived is not what was written";
  if (arrived.size() < least || (exactly != unknown && arrived.size() != exactly)) {
    return std::to_string(arrived.size()) + " bytes arrived";
  }
  return {};
}

std::string slow(net::tcp_listener& listener, const writing& how, std::size_t piece) {
  stage all(listener, {.piece = piece});
  std::size_t accepted = unknown;
  const std::string wrong = expect_error(how.run({}, all.client, accepted), {});
  static_cast<void>(all.client.shutdown_write());
  all.reader.join();
  return wrong + expect_arrived(all.arrived, much, much);
}

/// The proxy stops after `at` bytes, and then resets the connection with the client.
std::string reset(net::tcp_listener& listener, const writing& how, std::size_t at) {
  stage all(listener, {.stop_at = at, .then = fault::hold});
  std::size_t accepted = unknown;
  weft::task<std::error_code> operation = weft::spawn([&] { return how.run({}, all.client, accepted); });
  weft::testing::settle();
  all.proxy.break_client();
  const std::error_code error = operation.join();
  all.proxy.release();
  all.reader.join();
  if (error != std::errc::connection_reset && error != std::errc::broken_pipe) return "ended with " + error.message();
  return expect_arrived(all.arrived, 0, unknown);
}

std::string given_up(net::tcp_listener& listener, const writing& how, std::size_t at, ending by) {
  stage all(listener, {.stop_at = at, .then = fault::hold});
  ender out(by);
  std::size_t accepted = unknown;
  weft::task<std::error_code> operation = weft::spawn([&] { return how.run(out.limit(), all.client, accepted); });
  if (by != ending::limit) {
    weft::testing::settle();
    out.end(all.client);
  }
  const std::string wrong = expect_error(operation.join(), error_of(by));
  all.proxy.release();
  all.client.clear_deadlines();
  static_cast<void>(all.client.shutdown_write());
  all.reader.join();
  return wrong + expect_arrived(all.arrived, 0, accepted);
}

struct writing_test {
  case_table table;
  net::tcp_listener listener = std::move(net::listen_tcp("127.0.0.1:0").value());

  explicit writing_test(const char* name) : table(name) {
    table.in_case("warm", [&] { return slow(listener, writings[0], 4096); });
  }
};

WEFT_TEST_WITH("N9.2 N9.3 N9.4 I4.1", "every way to write goes on until a slow reader has all of it", .seeds = 2,
               .workers = {1, 4}) {
  writing_test test("slow readers");
  for (const writing& how : writings) {
    for (const std::size_t piece : {700, 4096, 100000}) {
      test.table.in_case(std::string(how.name) + ", to one who reads " + std::to_string(piece),
                         [&] { return slow(test.listener, how, piece); });
    }
  }
}

WEFT_TEST_WITH("N9.6 I4.2", "every way to write ends when the reader resets the connection", .seeds = 2,
               .workers = {1, 4}) {
  writing_test test("resets of readers");
  for (const writing& how : writings) {
    for (const std::size_t at : {0, 1, 1000, 40000}) {
      test.table.in_case(std::string(how.name) + ", reset at " + std::to_string(at),
                         [&] { return reset(test.listener, how, at); });
    }
  }
}

WEFT_TEST_WITH("N1.2 N3.1 N4.1 N4.7 I1.3", "every way to write gives up in every way, and what was sent arrives",
               .seeds = 2, .workers = {1, 4}) {
  writing_test test("giving up writing");
  for (const writing& how : writings) {
    for (const ending by : all_endings) {
      for (const std::size_t at : {0, 1, 1000, 40000}) {
        test.table.in_case(std::string(how.name) + ", " + name_of(by) + " at " + std::to_string(at),
                           [&] { return given_up(test.listener, how, at, by); });
      }
    }
  }
}

}  // namespace

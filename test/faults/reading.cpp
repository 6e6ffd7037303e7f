// SPDX-License-Identifier: Apache-2.0
//
// Every way to read, at every offset of a message: the end, a reset, a peer that falls silent while the reader gives up
// in each of the four ways, and segments of one byte. Expected is what the operation returns, that exactly the bytes
// before the fault have arrived, and that after a reader gave up nothing is lost: the rest can be read.
#include <string>
#include <vector>

#include "cases.hpp"
#include "fault_proxy.hpp"

namespace {

using namespace weft::test;
namespace io = weft::io;
namespace net = weft::net;

constexpr std::string_view message = "one;two\nthree;four\nfive;\n";

/// A reader on a connection that notes what it has read, and says when that has come to `mark` bytes.
class probe {
 public:
  probe(net::stream& from, const weft::detail::wait_limit& limit, std::size_t mark)
      : from_(from), limit_(limit), mark_(mark) {
    if (mark == 0) reached.close();
  }

  weft::result<std::size_t> read(std::span<std::byte> into) {
    const weft::result<std::size_t> got = from_.read(limit_, into);
    const bool before = seen.size() < mark_;
    seen.append(io::text_of(into.first(got.value_or(std::size_t{0}))));
    if (before && seen.size() >= mark_) reached.close();
    return got;
  }

  std::string seen;
  weft::chan<weft::unit> reached;

 private:
  net::stream& from_;
  const weft::detail::wait_limit limit_;
  const std::size_t mark_;
};

enum class stops : std::uint8_t { at_end, at_size, at_size_or_none };  // the last: an empty input is no error

struct reading {
  const char* name;
  std::error_code (*run)(probe&);
  stops when;
};

template <std::size_t Size>
std::error_code read_in_pieces(probe& from) {
  for (std::byte room[Size];;) {
    const auto got = from.read(room);
    if (!got || *got == 0) return got.error();
  }
}

template <class Next>
std::error_code until_end(Next next) {
  for (;;) {
    const auto got = next();
    if (!got || !*got) return got.error();
  }
}

std::error_code peeks(probe& from) {
  io::buffered_reader in(from, 3);
  for (std::size_t n = 0;;) {
    const auto got = in.peek(++n);
    if (!got || got->size() < n) return got.error();
  }
}

std::error_code skips(probe& from) {
  io::buffered_reader in(from, 5);
  for (;;) {
    const auto got = in.skip(2);
    if (!got || *got < 2) return got.error();
  }
}

std::error_code buffered(probe& from) {
  io::buffered_reader in(from, 4);
  for (std::byte room[3];;) {
    const auto got = in.read(room);
    if (!got || *got == 0) return got.error();
  }
}

std::error_code lines(probe& from) {
  io::buffered_reader in(from);
  return until_end([&] { return in.read_line(); });
}

std::error_code words(probe& from) {
  io::buffered_reader in(from, 2);
  return until_end([&] { return in.read_until(';'); });
}

std::error_code whole(probe& from) { return io::read_all(from).error(); }

std::error_code full(probe& from) {
  std::byte room[message.size()];
  return io::read_full(from, room).error();
}

std::error_code copied(probe& from) { return io::copy(io::string_writer(), from).error(); }

std::error_code copied_n(probe& from) { return io::copy_n(io::string_writer(), from, message.size()).error(); }

std::error_code teed(probe& from) {
  io::string_writer also;
  return io::copy(io::string_writer(), io::tee_reader(from, also)).error();
}

std::error_code limited(probe& from) {
  return io::copy(io::string_writer(), io::limited_reader(from, message.size() + 1)).error();
}

constexpr reading readings[] = {
    {"read of 16 bytes", read_in_pieces<16>, stops::at_end},
    {"read of 1 byte", read_in_pieces<1>, stops::at_end},
    {"read_all", whole, stops::at_end},
    {"read_full", full, stops::at_size_or_none},
    {"copy", copied, stops::at_end},
    {"copy_n", copied_n, stops::at_size},
    {"copy through tee_reader", teed, stops::at_end},
    {"copy through limited_reader", limited, stops::at_end},
    {"buffered read", buffered, stops::at_end},
    {"read_line", lines, stops::at_end},
    {"read_until", words, stops::at_end},
    {"peek", peeks, stops::at_end},
    {"skip", skips, stops::at_end},
};

/// Client, proxy and a server that sends the message; all ends of one case.
struct stage {
  net::tcp_listener& listener;
  fault_proxy proxy;
  net::tcp_connection client;
  net::tcp_connection server;

  stage(net::tcp_listener& at, const passage& down) : listener(at), proxy(at.local(), {.down = down}) {
    client = proxy.connect();
    server = std::move(at.accept().value());
    server.write(bytes_of(message)).value();
    static_cast<void>(server.shutdown_write());
  }
};

std::string expect_seen(const std::string& seen, std::size_t size) {
  if (seen == message.substr(0, size)) return {};
  return "read " + std::to_string(seen.size()) + " bytes: \"" + seen + "\"";
}

/// What an operation returns when the input ends, or `error` strikes, after `at` bytes.
std::error_code expected(const reading& how, std::size_t at, std::error_code error) {
  if (how.when != stops::at_end && at == message.size()) return {};
  if (error) return error;
  if (how.when == stops::at_end || (how.when == stops::at_size_or_none && at == 0)) return {};
  return io::errc::unexpected_end;
}

/// After the end the client's half still works.
std::string at_end(net::tcp_listener& listener, const reading& how, std::size_t at, std::size_t piece) {
  stage all(listener, {.piece = piece, .stop_at = at, .then = fault::end});
  probe from(all.client, {}, at);
  std::string wrong = expect_error(how.run(from), expected(how, at, {}));
  wrong += expect_seen(from.seen, at);
  if (!io::write(all.client, "the other half") || !all.client.shutdown_write()) wrong += "cannot answer";
  if (read_all(all.server) != "the other half") wrong += "the answer did not arrive";
  return wrong;
}

std::string at_reset(net::tcp_listener& listener, const reading& how, std::size_t at) {
  stage all(listener, {.stop_at = at, .then = fault::reset});
  probe from(all.client, {}, at);
  const std::error_code reset = std::make_error_code(std::errc::connection_reset);
  const std::string wrong = expect_error(how.run(from), expected(how, at, reset));
  return wrong + expect_seen(from.seen, at);
}

std::string given_up(net::tcp_listener& listener, const reading& how, std::size_t at, ending by) {
  stage all(listener, {.stop_at = at, .then = fault::hold});
  ender out(by);
  probe from(all.client, out.limit(), at);
  weft::task<std::error_code> operation = weft::spawn([&] { return how.run(from); });
  if (by != ending::limit) {
    from.reached.recv();
    if (at % 2 == 0) weft::testing::settle();  // else it may be about to wait
    out.end(all.client);
  }
  std::string wrong = expect_error(operation.join(), error_of(by));
  const std::string early = from.seen;
  if (by == ending::close) return wrong + expect_seen(early, at);
  if (early.size() > at || (by != ending::limit && early.size() < at)) wrong += expect_seen(early, at);
  all.client.clear_deadlines();
  all.proxy.release();
  return wrong + expect_seen(early + read_all(all.client), message.size());
}

struct reading_test {
  case_table table;
  net::tcp_listener listener = std::move(net::listen_tcp("127.0.0.1:0").value());

  explicit reading_test(const char* name) : table(name) {
    table.in_case("warm", [&] { return at_end(listener, readings[0], 0, 4096); });
  }
};

WEFT_TEST_WITH("N9.1 N9.5 I1.1 I2 I3.2 I3.4", "every way to read sees the end where it is, and the other half goes on",
               .seeds = 2, .workers = {1, 4}) {
  reading_test test("the end");
  for (const reading& how : readings) {
    for (std::size_t at = 0; at <= message.size(); ++at) {
      test.table.in_case(std::string(how.name) + ", end at " + std::to_string(at),
                         [&] { return at_end(test.listener, how, at, 4096); });
    }
    test.table.in_case(std::string(how.name) + ", segments of one byte",
                       [&] { return at_end(test.listener, how, message.size(), 1); });
  }
}

WEFT_TEST_WITH("N9.6 I2.1 I3.4", "every way to read has what came before a reset, and then the reset", .seeds = 2,
               .workers = {1, 4}) {
  reading_test test("resets");
  for (const reading& how : readings) {
    for (std::size_t at = 0; at <= message.size(); ++at) {
      test.table.in_case(std::string(how.name) + ", reset at " + std::to_string(at),
                         [&] { return at_reset(test.listener, how, at); });
    }
  }
}

WEFT_TEST_WITH("N1.2 N3.1 N3.7 N4.1 N4.7 I1.3", "every way to read gives up in every way, and the rest can be read",
               .seeds = 2, .workers = {1, 4}) {
  reading_test test("giving up reading");
  for (const reading& how : readings) {
    for (const ending by : all_endings) {
      for (const std::size_t at : {0, 1, 8, 23}) {
        test.table.in_case(std::string(how.name) + ", " + name_of(by) + " at " + std::to_string(at),
                           [&] { return given_up(test.listener, how, at, by); });
      }
    }
  }
}

}  // namespace

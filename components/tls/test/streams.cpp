// SPDX-License-Identifier: Apache-2.0
//
// Bytes through TLS: both ways, in all sizes, over any stream, by several goroutines; giving up, and ending.
#include <algorithm>
#include <array>
#include <vector>

#include "ends.hpp"

namespace {

using namespace weft::test;
using weft::tls::errc;

/// A stream over another that reads and writes one byte at a time.
template <class S>
class one_byte {
 public:
  explicit one_byte(S below) : below_(std::move(below)) {}
  weft::result<std::size_t> read(const weft::detail::wait_limit& limit, std::span<std::byte> into) {
    return below_.read(limit, into.first(std::min<std::size_t>(1, into.size())));
  }
  weft::result<std::size_t> read(std::span<std::byte> into) { return read({}, into); }
  weft::result<std::size_t> write(const weft::detail::wait_limit& limit, std::span<const std::byte> from) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (auto put = below_.write(limit, from.subspan(i, 1)); !put) return put;
    }
    return from.size();
  }
  weft::result<std::size_t> write(std::span<const std::byte> from) { return write({}, from); }
  void close() { below_.close(); }

 private:
  S below_;
};

/// Two pipes in memory as a stream.
struct pipe_stream {
  weft::io::pipe_reader in;
  weft::io::pipe_writer out;
  weft::result<std::size_t> read(std::span<std::byte> into) { return in.read(into); }
  weft::result<std::size_t> read(const weft::detail::wait_limit& limit, std::span<std::byte> into) {
    return in.read(limit, into);
  }
  weft::result<std::size_t> write(std::span<const std::byte> from) { return out.write(from); }
  weft::result<std::size_t> write(const weft::detail::wait_limit& limit, std::span<const std::byte> from) {
    return out.write(limit, from);
  }
  void close() {
    in.close();
    out.close();
  }
};

/// Sends `there` and `back` at the same time, and checks what arrives.
void exchange(weft::tls::connection& a, weft::tls::connection& b, const std::string& there, const std::string& back,
              std::size_t piece) {
  weft::wait_group all;
  const auto send = [&](weft::tls::connection& from, const std::string& text) {
    for (std::size_t at = 0; at < text.size(); at += piece) {
      EXPECT_TRUE(from.write_for(long_time, bytes_of(std::string_view(text).substr(at, piece)))) << from.explanation();
    }
    EXPECT_TRUE(from.shutdown_write());
  };
  all.go([&] { send(a, there); });
  all.go([&] { send(b, back); });
  all.go([&] { EXPECT_TRUE(read_all(a) == back); });
  all.go([&] { EXPECT_TRUE(read_all(b) == there); });
  all.wait();
}

WEFT_TEST_WITH("V4.1", "large transfers both ways at once, over sockets whose room is small", .seeds = 3) {
  wires w;
  ASSERT_TRUE(w.left.set_send_buffer(8192));
  ASSERT_TRUE(w.right.set_send_buffer(8192));
  weft::tls::connection c = weft::tls::client(std::move(w.left), plain_client(), "example.org");
  weft::tls::connection s = weft::tls::server(std::move(w.right), plain_server());
  exchange(c, s, numbers(1'000'000), numbers(800'000), 150'000);
}

WEFT_TEST_WITH("V4.1", "writes of every size around that of a record arrive whole", .seeds = 3) {
  pair_of_ends ends;
  exchange(ends.client, ends.server, numbers(70'000), numbers(70'000), 16'385);
  pair_of_ends small;
  exchange(small.client, small.server, numbers(300), numbers(500), 1);
}

WEFT_TEST_WITH("V4.2", "over a transport in segments of one byte", .seeds = 3) {
  wires w;
  weft::tls::connection c =
      weft::tls::client(one_byte<weft::net::unix_connection>(std::move(w.left)), plain_client(), "example.org");
  weft::tls::connection s = weft::tls::server(one_byte<weft::net::unix_connection>(std::move(w.right)), plain_server());
  exchange(c, s, numbers(2'000), numbers(1'000), 700);
}

WEFT_TEST_WITH("V4.2", "over pipes in memory, which hold nothing", .seeds = 20) {
  auto up = weft::io::make_pipe();
  auto down = weft::io::make_pipe();
  weft::tls::connection c =
      weft::tls::client(pipe_stream{std::move(down.reader), std::move(up.writer)}, plain_client(), "example.org");
  weft::tls::connection s =
      weft::tls::server(pipe_stream{std::move(up.reader), std::move(down.writer)}, plain_server());
  exchange(c, s, numbers(50'000), numbers(50'000), 20'000);
}

WEFT_TEST_WITH("V4.3", "new keys in the middle of transfers, asked for by either side", .seeds = 5) {
  pair_of_ends ends;
  ends.connect();
  weft::wait_group keys;
  keys.go([&] {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(ends.client.update_keys(i % 2 == 0)) << ends.client.explanation();
  });
  keys.go([&] {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(ends.server.update_keys(i % 2 != 0)) << ends.server.explanation();
  });
  weft::wait_group all;
  const std::string text = numbers(300'000);
  const auto send = [&](weft::tls::connection& from) {
    for (std::size_t at = 0; at < text.size(); at += 5'000) {
      EXPECT_TRUE(from.write(bytes_of(std::string_view(text).substr(at, 5'000)))) << from.explanation();
    }
    keys.wait();
    EXPECT_TRUE(from.shutdown_write());
  };
  all.go([&] { send(ends.client); });
  all.go([&] { send(ends.server); });
  all.go([&] { EXPECT_TRUE(read_all(ends.client) == text) << ends.client.explanation(); });
  all.go([&] { EXPECT_TRUE(read_all(ends.server) == text) << ends.server.explanation(); });
  all.wait();
  pair_of_ends old(client_config_of({.highest = weft::tls::version::tls_1_2}));
  old.connect();
  EXPECT_EQ(old.client.update_keys().error(), std::errc::operation_not_supported);
}

WEFT_TEST_WITH("V4.4", "several write and several read: writes are not mixed, each byte has one reader", .seeds = 5) {
  pair_of_ends ends;
  ends.connect();
  weft::wait_group writers, readers;
  for (char letter : {'a', 'b', 'c'}) {
    writers.go([&, letter] { EXPECT_TRUE(ends.client.write(bytes_of(std::string(40'000, letter)))); });
  }
  weft::mutex m;
  std::array<std::size_t, 3> got{};
  std::string alone = read_some(ends.server, nullptr, 1000);
  for (int i = 0; i < 3; ++i) {
    readers.go([&] {
      for (std::string part = read_some(ends.server); !part.empty(); part = read_some(ends.server)) {
        const std::scoped_lock hold(m);
        for (char c : part) ++got[static_cast<std::size_t>(c - 'a')];
      }
    });
  }
  writers.wait();
  EXPECT_TRUE(ends.client.shutdown_write());
  readers.wait();
  got[static_cast<std::size_t>(alone[0] - 'a')] += alone.size();
  EXPECT_EQ(got, (std::array<std::size_t, 3>{40'000, 40'000, 40'000}));
  std::string all;
  pair_of_ends other;
  other.connect();
  writers.go([&] { all = read_all(other.server); });
  weft::wait_group senders;
  for (char letter : {'a', 'b', 'c'}) {
    senders.go([&, letter] { EXPECT_TRUE(other.client.write(bytes_of(std::string(40'000, letter)))); });
  }
  senders.wait();
  EXPECT_TRUE(other.client.shutdown_write());
  writers.wait();
  EXPECT_EQ(all.size(), 120'000u);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  EXPECT_EQ(all.size(), 3u) << all;
}

WEFT_TEST_WITH("V4.5", "an end that was announced is an end, one that was not is an error", .seeds = 10) {
  pair_of_ends good;
  good.connect();
  ASSERT_TRUE(good.server.write(bytes_of("last words")));
  good.server.close();
  std::error_code why;
  EXPECT_EQ(read_all(good.client, &why), "last words");
  EXPECT_FALSE(why) << why.message();

  wires w;
  weft::tls::connection c = weft::tls::client(std::move(w.left), plain_client(), "example.org");
  weft::tls::connection s = weft::tls::server(w.right, plain_server());  // the wire stays ours
  weft::wait_group up;
  up.go([&] { EXPECT_TRUE(s.write(bytes_of("last wor"))); });
  std::string got;
  got = read_some(c, &why);
  up.wait();
  w.right.close();
  EXPECT_EQ(got, "last wor");
  EXPECT_EQ(read_some(c, &why), "");
  EXPECT_EQ(why, errc::truncated);
  EXPECT_NE(c.explanation().find("example.org: "), std::string::npos);
  EXPECT_EQ(read_some(c, &why), "");
  EXPECT_EQ(why, errc::truncated);
}

WEFT_TEST_WITH("V4.6", "one half can be ended, and the other goes on", .seeds = 10) {
  pair_of_ends ends;
  ends.connect();
  ASSERT_TRUE(ends.client.write(bytes_of("question")));
  ASSERT_TRUE(ends.client.shutdown_write());
  ASSERT_TRUE(ends.client.shutdown_write());
  EXPECT_EQ(read_all(ends.server), "question");
  ASSERT_TRUE(ends.server.write(bytes_of("answer")));
  ends.server.close();
  EXPECT_EQ(read_all(ends.client), "answer");
  EXPECT_EQ(ends.client.write(bytes_of("x")).error(), std::errc::broken_pipe);
}

WEFT_TEST_WITH("V4.1", "empty reads and writes do nothing, and a connection that never was is closed", .seeds = 5) {
  pair_of_ends ends;
  ends.connect();
  EXPECT_EQ(ends.client.read({}).value(), 0u);
  EXPECT_EQ(ends.client.write({}).value(), 0u);
  weft::tls::connection none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none.write(bytes_of("x")).error(), weft::errc::closed);
  EXPECT_EQ(none.handshake().error(), weft::errc::closed);
  none = std::move(ends.client);
  EXPECT_TRUE(none);
  EXPECT_EQ(read_some(ends.client), "");  // NOLINT: it is closed
  EXPECT_EQ(none.host(), "example.org");
}

}  // namespace

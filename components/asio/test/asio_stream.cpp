// SPDX-License-Identifier: Apache-2.0
//
// Asio's own algorithms on weft's streams, and errors from one vocabulary into the other.
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "harness.hpp"
#include "weft/asio.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

/// Keeps the sizes of the writes that come.
struct counting_writer {
  std::vector<std::size_t> sizes;
  std::string text;
  weft::result<std::size_t> write(std::span<const std::byte> from) {
    sizes.push_back(from.size());
    text += weft::io::text_of(from);
    return from.size();
  }
};

WEFT_TEST_WITH("H1.1", "Asio's read, write and read_until run on a connection, and block the goroutine only",
               .seeds = 10) {
  auto ends = weft::net::unix_pair();
  ASSERT_TRUE(ends);
  weft::wait_group peer;
  peer.go([&] {
    weft::asio::stream stream(ends->second);
    std::string request;
    const std::size_t n = asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n");
    EXPECT_EQ(request.substr(0, n), "hello\r\n\r\n");
    std::string rest(1 << 20, '\0');
    const std::size_t have = request.size() - n;
    rest.replace(0, have, request.substr(n));
    EXPECT_EQ(have + asio::read(stream, asio::buffer(rest) + have), rest.size());
    EXPECT_EQ(rest, std::string(1 << 20, 'r'));
    asio::write(stream, asio::buffer("bye", 3));
  });
  weft::asio::stream stream(ends->first);
  const std::string rest(1 << 20, 'r');
  const std::array<asio::const_buffer, 4> parts{asio::buffer("hel", 3), asio::const_buffer(),
                                                asio::buffer("lo\r\n\r\n", 6), asio::buffer(rest)};
  EXPECT_EQ(asio::write(stream, parts), rest.size() + 9);
  std::string answer(3, '\0');
  EXPECT_EQ(asio::read(stream, asio::buffer(answer)), 3u);
  EXPECT_EQ(answer, "bye");
  peer.wait();
}

WEFT_TEST_WITH("H1.1", "the end of the input is asio::error::eof, once the rest has been read", .seeds = 10) {
  weft::asio::stream stream(weft::io::memory_reader("four"));
  std::string all;
  boost::system::error_code error;
  EXPECT_EQ(asio::read(stream, asio::dynamic_buffer(all), error), 4u);
  EXPECT_EQ(error, asio::error::eof);
  EXPECT_EQ(all, "four");
  std::array<char, 4> more{};
  try {
    stream.read_some(asio::buffer(more));
    ADD_FAILURE() << "did not throw";
  } catch (const boost::system::system_error& thrown) {
    EXPECT_EQ(thrown.code(), asio::error::eof);
  }
}

WEFT_TEST_WITH("H1.1", "small parts are written together, large ones as they are, empty ones not at all", .seeds = 1) {
  counting_writer below;
  weft::asio::stream stream(below);
  const std::string large(5000, 'l');
  const std::array<asio::const_buffer, 5> parts{asio::buffer("a", 1), asio::const_buffer(), asio::buffer("bc", 2),
                                                asio::buffer(large), asio::buffer("d", 1)};
  EXPECT_EQ(asio::write(stream, parts), 5004u);
  EXPECT_EQ(below.text, "abc" + large + "d");
  EXPECT_LE(below.sizes.size(), 3u);
  EXPECT_EQ(stream.write_some(asio::const_buffer()), 0u);
  EXPECT_EQ(stream.write_some(std::array<asio::const_buffer, 2>{}), 0u);
  weft::asio::stream in(weft::io::memory_reader("x"));
  EXPECT_EQ(in.read_some(asio::mutable_buffer()), 0u);
}

WEFT_TEST_WITH("H1.1", "a deadline, a context and a close end Asio's operations with Asio's errors", .seeds = 10) {
  auto ends = weft::net::unix_pair();
  ASSERT_TRUE(ends);
  std::array<char, 4> room{};
  boost::system::error_code error;
  weft::asio::stream stream(ends->first);
  ends->first.set_read_deadline(weft::clock::now() + 1ms);
  asio::read(stream, asio::buffer(room), error);
  EXPECT_EQ(error, asio::error::timed_out);
  ends->first.clear_deadlines();
  auto ctx = weft::with_cancel(weft::background());
  ctx.cancel();
  weft::asio::stream bounded(weft::io::bound(ctx, ends->first));
  asio::read(bounded, asio::buffer(room), error);
  EXPECT_EQ(error, asio::error::operation_aborted);
  weft::wait_group closer;
  closer.go([&] {
    weft::testing::settle();
    ends->first.close();
  });
  asio::read(stream, asio::buffer(room), error);
  EXPECT_EQ(error, asio::error::bad_descriptor);
  closer.wait();
}

WEFT_PLAIN_TEST("H1.2", "errors keep their meaning in both directions") {
  const auto there = [](std::error_code from) { return weft::asio::to_boost(from); };
  const auto back = [](const boost::system::error_code& from) { return weft::asio::from_boost(from); };
  EXPECT_FALSE(there({}));
  EXPECT_FALSE(back({}));
  for (const auto& [mine, boosts] : std::vector<std::pair<std::error_code, boost::system::error_code>>{
           {weft::errc::cancelled, asio::error::operation_aborted},
           {weft::errc::timed_out, asio::error::timed_out},
           {weft::errc::closed, asio::error::bad_descriptor},
           {weft::io::errc::unexpected_end, asio::error::eof},
           {std::make_error_code(std::errc::connection_reset), asio::error::connection_reset},
           {std::make_error_code(std::errc::broken_pipe), asio::error::broken_pipe}}) {
    EXPECT_EQ(there(mine), boosts) << mine.message();
    EXPECT_EQ(back(boosts), mine) << mine.message();
  }
  const std::error_code other = weft::net::errc::host_not_found;
  EXPECT_EQ(back(there(other)), other);
  EXPECT_EQ(there(other).message(), other.message());
  EXPECT_EQ(there(std::error_code(ECONNRESET, std::system_category())), asio::error::connection_reset);
}

}  // namespace

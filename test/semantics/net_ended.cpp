// SPDX-License-Identifier: Apache-2.0
//
// Ends that come at bad moments: behind a read that did not fill its buffer, and those of whole runs.
#include <sys/socket.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>

#include "network.hpp"
#include "weft/testing.hpp"

namespace {

using namespace weft::test;
using weft::errc;

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

WEFT_TEST_WITH("N9.11", "the end, a reset and urgent data are found behind a read that has emptied the socket",
               .seeds = 20) {
  for (const bool reset : {false, true}) {
    tcp_ends tcp;
    EXPECT_TRUE(tcp.client.write(bytes_of("last words")));
    if (!reset) {
      EXPECT_TRUE(tcp.client.shutdown_write());  // on its way together with the words
    }
    EXPECT_EQ(read_some(tcp.server), "last words");
    if (reset) {
      EXPECT_TRUE(tcp.client.set_linger(0s));
      tcp.client.close();
    }
    std::error_code error;
    EXPECT_EQ(read_some(tcp.server, 4096, &error), "");
    if (reset) {
      EXPECT_EQ(error, std::errc::connection_reset);
    }
  }
  tcp_ends tcp;
  const int raw = tcp.client.native_handle();
  EXPECT_EQ(send(raw, "ab", 2, 0), 2);
  EXPECT_EQ(send(raw, "!", 1, MSG_OOB), 1);
  EXPECT_EQ(send(raw, "cd", 2, 0), 2);
  EXPECT_EQ(read_exactly(tcp.server, 4), "abcd");  // a read stops before what is urgent, which is not among the bytes
}

WEFT_TEST_WITH("N9.11", "of bytes that come in many pieces none is waited for in vain", .seeds = 20) {
  tcp_ends tcp;
  constexpr int count = 300;
  weft::wait_group writer;
  writer.go([&] {
    for (int i = 0; i < count; ++i) {
      EXPECT_TRUE(tcp.client.write(bytes_of("ping")));
      if (i % 3 == 0) weft::yield();
      if (i % 50 == 49) {
        EXPECT_EQ(read_exactly(tcp.client, 4), "pong");
      }
    }
    EXPECT_TRUE(tcp.client.shutdown_write());
  });
  int got = 0;
  for (int asked = 0;;) {
    const std::string text = read_some(tcp.server, 64);
    if (text.empty()) break;
    got += static_cast<int>(text.size());
    for (; asked * 200 < got; ++asked) EXPECT_TRUE(tcp.server.write(bytes_of("pong")));
  }
  writer.wait();
  EXPECT_EQ(got, 4 * count);
}

WEFT_TEST_WITH("N1.3", "a time that has passed is a try also after a read that has emptied the socket", .seeds = 20) {
  tcp_ends tcp;
  EXPECT_TRUE(tcp.client.write(bytes_of("one")));
  EXPECT_EQ(read_some(tcp.server), "one");
  EXPECT_TRUE(tcp.client.write(bytes_of("two")));
  std::string buffer(100, ' ');
  for (int tries = 0; tries < 1'000'000; ++tries) {  // loopback delivers before write() returns, or a moment later
    const auto n = tcp.server.read(weft::detail::wait_limit{.until = 0}, room(buffer));
    if (!n && n.error() == errc::timed_out) continue;
    EXPECT_EQ(*n, 3u);
    return;
  }
  ADD_FAILURE() << "it is there, and was not found";
}

WEFT_PLAIN_TEST("N4.8", "a socket in which an ended run still waits closes at once, and its port is free") {
  weft::net::endpoint at;
  const auto before = [] {
    static_cast<void>(weft::run([] { EXPECT_TRUE(weft::net::unix_pair()); }));  // the poller's own
    return open_descriptors();
  }();
  {
    weft::net::udp_socket udp;
    weft::net::tcp_listener listener;
    weft::run([&] {
      udp = std::move(*weft::net::bind_udp("127.0.0.1:0"));
      listener = std::move(*weft::net::listen_tcp("127.0.0.1:0"));
      at = udp.local();
      for (int i = 0; i < 3; ++i) {  // one waits for the socket, the others for their turn
        weft::go([&] {
          std::string buffer(10, ' ');
          static_cast<void>(udp.receive(room(buffer)));
        });
        weft::go([&] { static_cast<void>(listener.accept()); });
      }
      weft::testing::settle();
    });
    udp.close();
    EXPECT_EQ(open_descriptors(), before + 1);
    weft::run([&] { EXPECT_TRUE(weft::net::bind_udp(at)); });
  }
  EXPECT_EQ(open_descriptors(), before);
}

WEFT_PLAIN_TEST("N4.8", "a socket in which an ended run still waits can be used by the next") {
  weft::net::unix_connection left;
  weft::net::unix_connection right;
  const auto wait = [&] {
    for (int i = 0; i < 2; ++i) weft::go([&] { static_cast<void>(read_some(left)); });
    weft::testing::settle();
  };
  weft::run([&] {
    std::tie(left, right) = std::move(*weft::net::unix_pair());
    wait();
  });
  for (int round = 0; round < 3; ++round) {
    weft::run([&] {
      EXPECT_TRUE(right.write(bytes_of("next")));
      EXPECT_EQ(read_some(left), "next");
      wait();
    });
  }
}

}  // namespace

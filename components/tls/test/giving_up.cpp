// SPDX-License-Identifier: Apache-2.0
//
// Peers that are not what they should be, and those who do not wait for ever; and many at once.
#include <vector>

#include "ends.hpp"

namespace {

using namespace weft::test;
using weft::tls::errc;

WEFT_TEST_WITH("V5.2", "a peer that does not speak TLS is found out, and what it said is quoted", .seeds = 5) {
  for (const char* said : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "220"}) {
    wires w;
    weft::tls::connection c = weft::tls::client(std::move(w.left), plain_client(), "example.org");
    ASSERT_TRUE(w.right.write(bytes_of(said)));
    ASSERT_TRUE(w.right.shutdown_write());
    EXPECT_EQ(c.handshake_for(long_time).error(), errc::not_tls) << said;
    EXPECT_NE(c.explanation().find(std::string(said).substr(0, 3)), std::string::npos) << c.explanation();
  }
  wires w;
  weft::tls::connection s = weft::tls::server(std::move(w.right), plain_server());
  ASSERT_TRUE(w.left.write(bytes_of("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")));
  EXPECT_EQ(s.handshake_for(long_time).error(), errc::not_tls);
  EXPECT_NE(s.explanation().find("a client: "), std::string::npos) << s.explanation();
}

WEFT_TEST_WITH("V5.2", "a peer that ends in the middle of the handshake is an error of it", .seeds = 5) {
  const std::string hello("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", 11);  // as a server's begins
  for (std::size_t after = 0; after <= hello.size(); ++after) {
    wires w;
    weft::tls::connection c = weft::tls::client(std::move(w.left), plain_client(), "example.org");
    ASSERT_TRUE(w.right.write(bytes_of(hello.substr(0, after))));
    ASSERT_TRUE(w.right.shutdown_write());
    EXPECT_EQ(c.handshake_for(long_time).error(), errc::truncated) << after << c.explanation();
    EXPECT_NE(c.explanation().find("during the handshake"), std::string::npos) << c.explanation();
  }
}

WEFT_TEST_WITH("V5.3", "bytes that were changed on the way are noticed by both", .seeds = 5) {
  wires left, right;  // left.left: the client, right.right: the server; between them somebody who changes a byte
  weft::tls::connection c = weft::tls::client(std::move(left.left), plain_client(), "example.org");
  weft::tls::connection s = weft::tls::server(std::move(right.right), plain_server());
  weft::detail::atomic<bool> change{false};
  const auto carry = [&](weft::net::unix_connection& from, weft::net::unix_connection& to) {
    for (std::string part = read_some(from); !part.empty(); part = read_some(from)) {
      if (change) part[part.size() / 2] = static_cast<char>(part[part.size() / 2] ^ 1);
      if (!to.write(bytes_of(part))) break;
    }
    static_cast<void>(to.shutdown_write());
  };
  weft::wait_group middle;
  middle.go([&] { carry(left.right, right.left); });
  middle.go([&] { carry(right.left, left.right); });
  weft::wait_group up;
  up.go([&] { EXPECT_TRUE(s.handshake_for(long_time)) << s.explanation(); });
  EXPECT_TRUE(c.handshake_for(long_time)) << c.explanation();
  up.wait();
  change = true;
  ASSERT_TRUE(c.write(bytes_of("pay 10 to Alice")));
  std::error_code why;
  EXPECT_EQ(read_some(s, &why), "");
  EXPECT_EQ(why, errc::corrupted) << s.explanation();
  EXPECT_EQ(s.write(bytes_of("x")).error(), errc::corrupted);
  change = false;
  c.close();
  s.close();
  middle.wait();
}

WEFT_TEST_WITH("V7.1", "a handshake gives up with its context, its time and the transport's deadline, and can go on",
               .seeds = 10) {
  pair_of_ends ends;
  EXPECT_EQ(ends.client.handshake_for(1ms).error(), weft::errc::timed_out);
  auto ctx = weft::with_cancel(weft::background());
  weft::wait_group waiting;
  waiting.go([&] { EXPECT_EQ(ends.client.handshake(ctx).error(), weft::errc::cancelled); });
  ctx.cancel();
  waiting.wait();
  EXPECT_EQ(ends.client.handshake(ctx).error(), weft::errc::cancelled);
  ends.client.set_deadline(weft::clock::now() + 1ms);
  EXPECT_EQ(ends.client.handshake().error(), weft::errc::timed_out);
  ends.client.clear_deadlines();
  ends.connect();  // nothing of what had come was lost
}

WEFT_TEST_WITH("V7.2", "a read that gave up has lost nothing", .seeds = 10) {
  pair_of_ends ends;
  ends.connect();
  std::string room(10, '\0');
  const auto into = std::as_writable_bytes(std::span(room));
  EXPECT_EQ(ends.client.read_for(1ms, into).error(), weft::errc::timed_out);
  auto ctx = weft::with_cancel(weft::background());
  ctx.cancel();
  ASSERT_TRUE(ends.server.write(bytes_of("still here")));
  EXPECT_EQ(ends.client.read(ctx, into).error(), weft::errc::cancelled);
  EXPECT_EQ(read_some(ends.client), "still here");
}

WEFT_TEST_WITH("V7.3", "a write that gave up in the middle is the last one, and reading goes on", .seeds = 5) {
  pair_of_ends ends;
  ends.connect();
  const std::string much(8'000'000, 'm');
  EXPECT_EQ(ends.client.write_for(5ms, bytes_of(much)).error(), weft::errc::timed_out);
  EXPECT_EQ(ends.client.write(bytes_of("x")).error(), weft::errc::timed_out);
  ASSERT_TRUE(ends.server.write(bytes_of("go on")));
  EXPECT_EQ(read_some(ends.client), "go on");
}

WEFT_TEST_WITH("V7.4", "close ends whatever waits: a read, a write, a handshake, and those who wait for their turn",
               .seeds = 20) {
  pair_of_ends ends, fresh;
  ends.connect();
  const std::string much(8'000'000, 'm');
  weft::wait_group all;
  for (int i = 0; i < 2; ++i) {
    all.go([&] {
      std::error_code why;
      EXPECT_EQ(read_some(ends.client, &why), "");
      EXPECT_EQ(why, weft::errc::closed);
    });
    all.go([&] { EXPECT_EQ(ends.client.write(bytes_of(much)).error(), weft::errc::closed); });
    all.go([&] { EXPECT_EQ(fresh.client.handshake().error(), weft::errc::closed); });
  }
  for (int i = 0; i < 20; ++i) weft::yield();
  ends.client.close();
  ends.client.close();
  fresh.client.close();
  all.wait();
  EXPECT_FALSE(ends.client.is_open());
}

WEFT_TEST_WITH("V7.4", "a connection may be destroyed in the middle of a read", .seeds = 20) {
  auto ends = std::make_unique<pair_of_ends>();
  ends->connect();
  weft::chan<weft::unit> begun;
  weft::wait_group reader;
  reader.go([&, c = &ends->client] {
    std::string room(10, '\0');
    begun.send({});
    EXPECT_EQ(c->read(std::as_writable_bytes(std::span(room))).error(), weft::errc::closed);
  });
  begun.recv();
  for (int i = 0; i < 50; ++i) weft::sleep_for(100us);
  ends->client.close();
  reader.wait();
  ends.reset();
}

WEFT_TEST_WITH("V4.7", "a hundred connections at once", .seeds = 2, .workers = {1, 4}) {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  weft::wait_group servers, clients;
  weft::tls::listener secure(std::move(*listener), plain_server());
  servers.go([&] {
    for (int i = 0; i < 100; ++i) {
      auto accepted = secure.accept();
      ASSERT_TRUE(accepted);
      EXPECT_TRUE(accepted->remote().address().is_loopback());
      servers.go([c = std::move(*accepted)]() mutable {
        const std::string text = read_all(c);
        EXPECT_TRUE(c.write(bytes_of(text))) << c.explanation();
        c.close();
      });
    }
  });
  const std::string port = std::to_string(secure.below().local().port());
  for (int i = 0; i < 100; ++i) {
    clients.go([&, i] {
      std::string why;
      auto c = weft::tls::dial_for(long_time, "127.0.0.1", port, plain_client(), &why);
      ASSERT_TRUE(c) << why;
      const std::string text = "number " + std::to_string(i) + ' ' + std::string(i * 100UL, 'x');
      EXPECT_TRUE(c->write(bytes_of(text)));
      EXPECT_TRUE(c->shutdown_write());
      EXPECT_TRUE(read_all(*c) == text);
    });
  }
  clients.wait();
  servers.wait();
}

WEFT_TEST_WITH("V5.4", "dial says which step failed, and where", .seeds = 2, .workers = {2}) {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  const std::string port = std::to_string(listener->local().port());
  std::string why;
  EXPECT_EQ(weft::tls::dial_for(20ms, "127.0.0.1", port, plain_client(), &why).error(), weft::errc::timed_out);
  EXPECT_NE(why.find("127.0.0.1:" + port + ": TLS: "), std::string::npos) << why;
  listener->close();
  EXPECT_EQ(weft::tls::dial_for(long_time, "127.0.0.1", port, plain_client(), &why).error(),
            std::errc::connection_refused);
  EXPECT_NE(why.find("127.0.0.1:" + port + ": connect: "), std::string::npos) << why;
}

}  // namespace

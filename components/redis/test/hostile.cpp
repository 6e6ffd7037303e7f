// SPDX-License-Identifier: Apache-2.0
//
// weft::redis against servers that answer what they should not, and commands that would leave a connection unfit.
#include <string>
#include <vector>

#include "redis_server.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
namespace redis = weft::redis;
using redis::errc;
using kind = redis::reply::kind;

/// Answers each read with the next of these, and then keeps the connection until the other side has ended it.
class answering {
 public:
  explicit answering(std::vector<std::string> answers) : listener_(std::move(*weft::net::listen_tcp("127.0.0.1:0"))) {
    serving_ = weft::spawn([this, answers = std::move(answers)] {
      auto client = listener_.accept();
      std::byte room[4096];
      for (const std::string& each : answers) {
        const auto asked = client->read(room);
        if (!asked || *asked == 0) return;
        heard_.append(reinterpret_cast<const char*>(room), *asked);
        if (!weft::io::write(*client, each)) return;
      }
      while (client->read(room).value_or(0) != 0) continue;
    });
  }
  [[nodiscard]] redis::connect_options there() const { return {.port = std::to_string(listener_.local().port())}; }
  /// What was asked, when the client is gone.
  const std::string& heard() {
    serving_.join();
    return heard_;
  }

 private:
  weft::net::tcp_listener listener_;
  std::string heard_;
  weft::task<void> serving_;
};

WEFT_TEST_WITH("RR1.1", "a command that has no answer, or several, is refused before it is sent", .seeds = 1,
               .workers = {2}) {
  NEEDS_REDIS();
  redis::connection db = connected();
  EXPECT_EQ(db.command("client", "reply", "off").error(), errc::not_supported);
  EXPECT_EQ(db.command("CLIENT", "Reply", "SKIP").error(), errc::not_supported);
  EXPECT_EQ(db.command("hello", 3).error(), errc::not_supported);
  EXPECT_TRUE(db.is_idle());
  EXPECT_TRUE(db.command("hello", 2));
  EXPECT_TRUE(db.command("client", "setname", "reply"));
  EXPECT_EQ(db.command("ping")->text(), "PONG");
}

WEFT_TEST_WITH("RR1.2", "a connection on which more has come than was asked for is not idle", .seeds = 2,
               .workers = {1, 4}) {
  answering twice({"+OK\r\n+FOR THE NEXT\r\n"});
  redis::connection db = std::move(*redis::connect(twice.there()));
  EXPECT_EQ(db.command("ping")->text(), "OK");
  EXPECT_FALSE(db.is_idle());
  EXPECT_FALSE(db.is_open());
}

WEFT_TEST_WITH("RR1.3", "a type of the third protocol is no reply", .seeds = 2, .workers = {1, 4}) {
  for (const char* each : {">2\r\n+invalidate\r\n+key\r\n", "%1\r\n+a\r\n:1\r\n", "#t\r\n", ",1.5\r\n"}) {
    answering third({each});
    redis::connection db = std::move(*redis::connect(third.there()));
    EXPECT_EQ(db.command("ping").error(), errc::bad_reply) << each;
    EXPECT_FALSE(db.is_open());
  }
}

WEFT_TEST_WITH("RR2.1", "a password is in no error text, also if the server repeats it", .seeds = 2,
               .workers = {1, 4}) {
  answering parrot({"-ERR unknown command `AUTH`, with args beginning with: `gopher`, `secret-7`, \r\n"});
  redis::connect_options to = parrot.there();
  to.user = "gopher";
  to.password = "secret-7";
  redis::error_report why;
  EXPECT_EQ(redis::connect(to, &why).error(), errc::refused);
  EXPECT_EQ(why.text().find("secret-7"), std::string::npos) << why.text();
  EXPECT_NE(why.text().find("unknown command"), std::string::npos) << why.text();
  EXPECT_EQ(why.command, "auth");
}

WEFT_TEST_WITH("RR2.2", "a user without a password is who one is", .seeds = 1, .workers = {2}) {
  NEEDS_REDIS();
  redis::connection db = connected();
  ASSERT_TRUE(db.command("acl", "setuser", "guest", "on", "nopass", "~*", "+acl", "&*"));
  redis::connect_options to = there();
  to.user = "guest";
  auto guest = redis::connect(to);
  ASSERT_TRUE(guest);
  EXPECT_EQ(guest->command("acl", "whoami")->text(), "guest");
  to.user = "nobody";
  EXPECT_EQ(redis::connect(to).error(), errc::wrong_password);
}

WEFT_TEST_WITH("RR3.1", "a transaction that is still open is noticed, whatever was tried to end it", .seeds = 1,
               .workers = {2}) {
  NEEDS_REDIS();
  {
    redis::connection db = connected();
    redis::batch queued;
    queued.add("multi");
    queued.add("unwatch");  // is not done, but comes into the queue
    EXPECT_EQ(db.run(queued)->back().text(), "QUEUED");
    EXPECT_FALSE(db.is_idle());
    EXPECT_TRUE(db.command("exec"));
    EXPECT_TRUE(db.is_idle());
  }
  {
    redis::connection db = connected();
    EXPECT_TRUE(db.command("multi"));
    EXPECT_EQ(db.command("watch", "k").error(), errc::refused);
    EXPECT_FALSE(db.is_idle());
    EXPECT_TRUE(db.command("discard"));
    EXPECT_TRUE(db.is_idle());
    EXPECT_EQ(db.command("exec").error(), errc::refused);
    EXPECT_TRUE(db.is_idle());
  }
  {
    redis::connection db = connected();
    EXPECT_TRUE(db.command("watch", "k"));
    EXPECT_FALSE(db.is_idle());
    EXPECT_TRUE(db.command("unwatch"));
    EXPECT_TRUE(db.is_idle());
    EXPECT_TRUE(db.command("multi"));
    EXPECT_EQ(db.command("no-such-command").error(), errc::refused);
    EXPECT_EQ(db.command("exec").error(), errc::aborted);  // and that has ended it
    EXPECT_TRUE(db.is_idle());
  }
}

WEFT_TEST_WITH("RR3.2", "a subscription inside a transaction is an error, not silence", .seeds = 1, .workers = {2}) {
  NEEDS_REDIS();
  redis::connection db = connected();
  ASSERT_TRUE(db.command("multi"));
  redis::error_report why;
  EXPECT_EQ(redis::subscribe(std::move(db), {.channels = {"a"}}, &why).error(), errc::not_supported);
  EXPECT_NE(why.text(), "no error");
}

WEFT_TEST_WITH("RR3.3", "a protocol error among the replies to a batch ends the connection, and no reply is guessed",
               .seeds = 2, .workers = {1, 4}) {
  answering broken({"+OK\r\n$-5\r\n+OK\r\n"});
  redis::connection db = std::move(*redis::connect(broken.there()));
  redis::batch three;
  for (int i = 0; i < 3; ++i) three.add("ping");
  EXPECT_EQ(db.run(three).error(), errc::bad_reply);
  EXPECT_FALSE(db.is_open());
  EXPECT_EQ(db.command("ping").error(), weft::errc::closed);
}

}  // namespace

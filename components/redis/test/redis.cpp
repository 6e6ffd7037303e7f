// SPDX-License-Identifier: Apache-2.0
//
// weft::redis against a real server, and against ones that do not behave.
#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "redis_server.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
namespace redis = weft::redis;
using redis::errc;
using kind = redis::reply::kind;

std::string text_of(const weft::result<redis::reply>& got) {
  EXPECT_TRUE(got) << got.error().message();
  return got ? got->text() : "";
}

WEFT_TEST_WITH("R1.1", "commands take texts with any bytes and numbers, and replies are values", .seeds = 1,
               .workers = {1, 4}) {
  NEEDS_REDIS();
  redis::connection db = connected();
  std::string every;
  for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
  auto done = db.command("set", every, every + every);
  ASSERT_TRUE(done) << db.last_error().text();
  EXPECT_EQ(*done, redis::reply(kind::status, "OK"));
  EXPECT_EQ(text_of(db.command("get", every)), every + every);
  EXPECT_TRUE(db.command("get", "nothing")->is_nil());
  EXPECT_EQ(db.command("incrby", "n", -7)->integer(), -7);
  EXPECT_EQ(text_of(db.command("incrbyfloat", "f", 0.5)), "0.5");
  EXPECT_EQ(text_of(db.command("echo", "")), "");
  EXPECT_EQ(text_of(db.command("echo", std::span<const std::byte>())), "");
  EXPECT_EQ(db.command("rpush", "list", "a", 2, std::string("c"))->integer(), 3);
  auto list = db.command("lrange", "list", 0, -1);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->what(), kind::array);
  ASSERT_EQ(list->elements().size(), 3u);
  EXPECT_EQ(list->elements()[1].text(), "2");
  auto nested = db.command("eval", "return {1, {'two', {3, false}}}", 0);
  ASSERT_TRUE(nested);
  EXPECT_EQ(nested->elements()[1].elements()[1].elements()[0].integer(), 3);
  EXPECT_TRUE(nested->elements()[1].elements()[1].elements()[1].is_nil());
  const std::string much(20 << 20, 'm');
  EXPECT_TRUE(db.command("set", "much", much));
  EXPECT_EQ(text_of(db.command("get", "much")), much);
}

WEFT_TEST_WITH("R1.2", "many commands that are sent together have their replies in order, errors among them",
               .seeds = 1, .workers = {1, 4}) {
  NEEDS_REDIS();
  redis::connection db = connected();
  redis::batch all;
  EXPECT_TRUE(db.run(all)->empty());
  for (int i = 0; i < 10000; ++i) all.add("rpush", "l", i);
  all.add("get", "l");
  all.add("multi");
  all.add("llen", "l");
  all.add("exec");
  auto replies = db.run(all);
  ASSERT_TRUE(replies) << db.last_error().text();
  ASSERT_EQ(replies->size(), 10004u);
  for (int i = 0; i < 10000; ++i) EXPECT_EQ((*replies)[i].integer(), i + 1);
  EXPECT_TRUE((*replies)[10000].is_error());
  EXPECT_EQ(redis::code_of((*replies)[10000].text()), errc::wrong_type);
  EXPECT_EQ((*replies)[10003].elements()[0].integer(), 10000);
  // Replies that are larger than all buffers, to commands that are, too.
  redis::batch large;
  for (int i = 0; i < 30; ++i) large.add("echo", std::string(1 << 20, static_cast<char>('a' + i % 26)));
  auto echoed = db.run(large);
  ASSERT_TRUE(echoed);
  for (int i = 0; i < 30; ++i) EXPECT_EQ((*echoed)[i].text().front(), 'a' + i % 26);
  EXPECT_TRUE(db.is_idle());
}

WEFT_TEST_WITH("R1.3", "an error has a code, and says what Redis said to which command", .seeds = 1, .workers = {2}) {
  NEEDS_REDIS();
  redis::connection db = connected();
  ASSERT_TRUE(db.command("set", "text", "x"));
  EXPECT_EQ(db.command("incr", "text").error(), errc::refused);
  EXPECT_EQ(db.command("lpush", "text", 1).error(), errc::wrong_type);
  EXPECT_EQ(db.last_error().command, "lpush");
  EXPECT_NE(db.last_error().text().find("127.0.0.1:" + std::to_string(its_server().port())), std::string::npos);
  EXPECT_NE(db.last_error().text().find("WRONGTYPE"), std::string::npos) << db.last_error().text();
  EXPECT_EQ(db.command("no-such-command").error(), errc::refused);
  EXPECT_EQ(db.command("evalsha", std::string(40, '0'), 0).error(), errc::no_script);
  EXPECT_EQ(db.command("subscribe", "x").error(), errc::not_supported);
  EXPECT_EQ(db.command("MONITOR").error(), errc::not_supported);
  EXPECT_EQ(text_of(db.command("ping")), "PONG");
  EXPECT_EQ(make_error_code(errc::wrong_type).message(), "the key holds a value of another type");
  EXPECT_EQ(redis::error_report().text(), "no error");
  redis::connection none;
  EXPECT_EQ(none.command("ping").error(), weft::errc::closed);
  EXPECT_FALSE(none.is_open());
}

WEFT_TEST_WITH("R2.1", "a connection says who it is and which database it wants, and a refusal says why", .seeds = 1,
               .workers = {1, 4}) {
  NEEDS_REDIS();
  redis::connection db = connected();
  redis::connect_options to = there();
  to.database = 3;
  auto third = redis::connect(to);
  ASSERT_TRUE(third);
  ASSERT_TRUE(third->command("set", "here", 1));
  EXPECT_TRUE(db.command("get", "here")->is_nil());
  redis::error_report why;
  to.database = 1000;
  EXPECT_EQ(redis::connect(to, &why).error(), errc::refused);
  EXPECT_NE(why.text().find("DB index"), std::string::npos) << why.text();
  ASSERT_TRUE(db.command("acl", "setuser", "gopher", "on", ">secret", "~*", "+@all", "-flushall", "&*"));
  to = there();
  to.user = "gopher";
  to.password = "wrong";
  EXPECT_EQ(redis::connect(to, &why).error(), errc::wrong_password);
  EXPECT_EQ(why.command, "auth");
  EXPECT_EQ(why.text().find("wrong\""), std::string::npos) << why.text();
  to.password = "secret";
  auto gopher = redis::connect(to);
  ASSERT_TRUE(gopher);
  EXPECT_EQ(text_of(gopher->command("acl", "whoami")), "gopher");
  EXPECT_EQ(gopher->command("flushall").error(), errc::no_permission);
}

WEFT_TEST_WITH("R2.2", "a server that is not there, or is silent, or is none, is an error that names it", .seeds = 2,
               .workers = {1, 4}) {
  redis::error_report why;
  EXPECT_EQ(redis::connect({.port = "1"}, &why).error(), std::errc::connection_refused);
  EXPECT_NE(why.text().find("127.0.0.1:1"), std::string::npos) << why.text();
  EXPECT_EQ(redis::connect({.path = "@weft-nobody"}, &why).error(), std::errc::connection_refused);
  EXPECT_NE(why.text().find("@weft-nobody"), std::string::npos) << why.text();
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(listener);
  const redis::connect_options to{.port = std::to_string(listener->local().port())};
  auto silent = redis::connect(to);
  ASSERT_TRUE(silent);
  EXPECT_EQ(silent->command_for(2ms, "ping").error(), weft::errc::timed_out);
  EXPECT_EQ(silent->command("ping").error(), weft::errc::closed);
  EXPECT_EQ(silent->last_error().command, "ping");
  static_cast<void>(listener->accept());
  const std::vector<std::string> answers = {"HTTP/1.1 400 Bad Request\r\n\r\n", "", "$10\r\nshort",
                                            "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"};
  for (const std::string& each : answers) {
    auto db = redis::connect(to);
    ASSERT_TRUE(db);
    auto other = listener->accept();
    ASSERT_TRUE(other);
    ASSERT_TRUE(weft::io::write(*other, each));
    ASSERT_TRUE(other->shutdown_write());
    const bool cut = each.empty() || each[0] == '$';
    EXPECT_EQ(db->command("ping").error(), cut ? errc::connection_lost : errc::bad_reply) << each;
    EXPECT_FALSE(db->is_open());
  }
}

WEFT_TEST_WITH("R3.1", "a command whose context ends is given up, and no later one gets its reply", .on = sched_only,
               .workers = {1, 4}) {
  NEEDS_REDIS();
  redis::connection db = connected();
  auto ctx = weft::with_cancel(weft::background());
  weft::task<std::error_code> waits = weft::spawn([&] { return db.command(ctx, "blpop", "empty", 0).error(); });
  redis::connection other = connected();
  while (text_of(other.command("client", "list")).find("cmd=blpop") == std::string::npos) weft::yield();
  ctx.cancel();
  EXPECT_EQ(waits.join(), weft::errc::cancelled);
  EXPECT_EQ(db.command("ping").error(), weft::errc::closed);
  EXPECT_EQ(other.command_for(2ms, "blpop", "empty", 0).error(), weft::errc::timed_out);
  redis::connection third = connected();
  EXPECT_EQ(third.command(ctx, "ping").error(), weft::errc::cancelled);  // not even sent
  EXPECT_EQ(text_of(third.command("ping")), "PONG");
}

WEFT_TEST_WITH("R4.1", "what is published comes through the channel, in order, and nothing is lost by who is slow",
               .seeds = 2, .workers = {1, 4}) {
  NEEDS_REDIS();
  redis::connection db = connected();
  auto news = redis::subscribe(connected(), {.channels = {"orders", "stock"}, .patterns = {"user.*"}, .ahead = 2});
  ASSERT_TRUE(news);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(db.command("publish", i % 2 == 0 ? "orders" : "stock", i));
  ASSERT_TRUE(db.command("publish", "unheard", "x"));
  ASSERT_TRUE(db.command("publish", "user.7", std::string("a\0b", 3)));
  for (int i = 0; i < 500; ++i) {
    auto got = news->messages().recv();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->channel, i % 2 == 0 ? "orders" : "stock");
    EXPECT_EQ(got->payload, std::to_string(i));
  }
  auto last = news->messages().recv();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->channel, "user.7");
  EXPECT_EQ(last->pattern, "user.*");
  EXPECT_EQ(last->payload, std::string("a\0b", 3));
}

WEFT_TEST_WITH("R4.2", "a subscription ends with its object, whether or not anybody receives", .seeds = 2,
               .workers = {1, 4}) {
  NEEDS_REDIS();
  redis::connection db = connected();
  weft::receiver<redis::message> messages;
  {
    auto news = redis::subscribe(connected(), {.channels = {"a"}, .ahead = 0});
    ASSERT_TRUE(news);
    messages = news->messages();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(db.command("publish", "a", i));
    EXPECT_TRUE(messages.recv());
  }
  while (messages.recv()) continue;
  redis::error_report why;
  EXPECT_EQ(redis::subscribe(connected(), {}, &why).error(), errc::not_supported);
  EXPECT_EQ(redis::subscribe(redis::connection(), {.channels = {"a"}}).error(), weft::errc::closed);
}

WEFT_TEST_WITH("R5.1", "a pool lends so many connections, and none that is not as it was made", .seeds = 2,
               .workers = {1, 4}) {
  NEEDS_REDIS();
  redis::pool pool(there(), 3);
  weft::mutex lock;
  int used = 0;
  int most = 0;
  weft::wait_group all;
  for (int i = 0; i < 30; ++i) {
    all.go([&] {
      auto db = pool.acquire();
      ASSERT_TRUE(db) << pool.last_error().text();
      {
        const std::lock_guard hold(lock);
        most = std::max(most, ++used);
      }
      EXPECT_TRUE((*db)->command("incr", "used"));
      const std::lock_guard hold(lock);
      --used;
    });
  }
  all.wait();
  EXPECT_LE(most, 3);
  EXPECT_LE(pool.idle(), 3u);
  pool.clear();
  const std::vector<std::vector<const char*>> unfit = {{"multi"}, {"watch", "k"}, {"select", "2"}, {"quit"}};
  for (const auto& words : unfit) {
    {
      auto db = pool.acquire();
      ASSERT_TRUE(db);
      redis::batch one;
      one.add_all(std::vector<redis::argument>(words.begin(), words.end()));
      EXPECT_TRUE((*db)->run(one));
      if (words[0] == std::string("quit")) {
        EXPECT_EQ((*db)->command("ping").error(), errc::connection_lost);
      }
    }
    EXPECT_EQ(pool.idle(), 0u) << words[0];
  }
  {
    auto db = pool.acquire();
    ASSERT_TRUE(db);
    EXPECT_TRUE((*db)->command("multi"));
    EXPECT_TRUE((*db)->command("incr", "k"));
    EXPECT_TRUE((*db)->command("exec"));
  }
  EXPECT_EQ(pool.idle(), 1u);
}

WEFT_TEST_WITH("R6.1 R4.3",
               "a server that is killed in mid-command is an error that names command and server, and a "
               "pool goes on when it is back",
               .seeds = 1, .workers = {1, 4}) {
  NEEDS_REDIS();
  redis::pool pool(there(), 4);
  auto db = pool.acquire();
  auto idle = pool.acquire();
  ASSERT_TRUE(db && idle);
  auto news = redis::subscribe(connected(), {.channels = {"a"}});
  ASSERT_TRUE(news);
  weft::task<std::error_code> waits = weft::spawn([&] { return (*db)->command("blpop", "empty", 0).error(); });
  while (text_of((*idle)->command("info", "clients")).find("blocked_clients:1") == std::string::npos) weft::yield();
  its_server().kill();
  EXPECT_EQ(waits.join(), errc::connection_lost);
  EXPECT_EQ((*db)->last_error().command, "blpop");
  EXPECT_NE((*db)->last_error().text().find("127.0.0.1:"), std::string::npos) << (*db)->last_error().text();
  EXPECT_EQ((*db)->command("ping").error(), weft::errc::closed);
  EXPECT_EQ((*idle)->command("ping").error(), errc::connection_lost);
  while (news->messages().recv()) continue;
  EXPECT_EQ(news->why().code, errc::connection_lost) << news->why().text();
  { const auto back = std::move(db), also = std::move(idle); }
  EXPECT_EQ(pool.idle(), 0u);
  EXPECT_EQ(pool.acquire().error(), std::errc::connection_refused);
  EXPECT_NE(pool.last_error().text().find("127.0.0.1:"), std::string::npos) << pool.last_error().text();
  its_server().start();
  auto anew = pool.acquire();
  ASSERT_TRUE(anew) << pool.last_error().text();
  EXPECT_EQ(text_of((*anew)->command("ping")), "PONG");
}

}  // namespace

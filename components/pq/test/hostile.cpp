// SPDX-License-Identifier: Apache-2.0
//
// weft::pq used in ways that are easy to get wrong: what was called off, closed or misplaced must not take effect, stay
// behind, or be taken for something else.
#include <string>
#include <vector>

#include "database.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
namespace pq = weft::pq;
using pq::errc;

WEFT_TEST_WITH("QR1.1", "a transaction whose commit or rollback is called off before it is sent is taken back",
               .seeds = 1, .workers = {2}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  ASSERT_TRUE(db.exec("create temp table t (id int)"));
  auto ctx = weft::with_cancel(weft::background());
  ctx.cancel();
  {
    auto one = pq::begin(db);
    ASSERT_TRUE(one);
    EXPECT_TRUE(db.exec("insert into t values (1)"));
    EXPECT_EQ(one->commit(ctx).error(), weft::errc::cancelled);
  }
  EXPECT_TRUE(db.is_idle());
  EXPECT_EQ(value(db, "select count(*) from t"), 0);
  {
    auto two = pq::begin(db);
    ASSERT_TRUE(two);
    EXPECT_TRUE(db.exec("insert into t values (2)"));
    EXPECT_EQ(two->rollback(ctx).error(), weft::errc::cancelled);
    EXPECT_TRUE(two->commit());  // it goes on
  }
  EXPECT_EQ(value(db, "select sum(id) from t"), 2);
}

WEFT_TEST_WITH("QR1.2", "a COPY whose end is called off has not happened", .seeds = 1, .workers = {2}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  ASSERT_TRUE(db.exec("create temp table t (id int)"));
  auto ctx = weft::with_cancel(weft::background());
  ctx.cancel();
  {
    auto in = pq::copy_in(db, "copy t from stdin");
    ASSERT_TRUE(in);
    ASSERT_TRUE(weft::io::write(*in, "1\n"));
    EXPECT_EQ(in->finish(ctx).error(), weft::errc::cancelled);
  }
  EXPECT_TRUE(db.is_idle());
  EXPECT_EQ(value(db, "select count(*) from t"), 0);
  auto in = pq::copy_in(db, "copy t from stdin");
  ASSERT_TRUE(in);
  ASSERT_TRUE(weft::io::write(*in, "2\n"));
  EXPECT_EQ(in->finish(ctx).error(), weft::errc::cancelled);
  EXPECT_EQ(in->finish().value(), 1u);  // it can be repeated
}

WEFT_TEST_WITH("QR1.3", "a connection that is closed under a COPY or a transaction ends them", .seeds = 1,
               .workers = {2}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  ASSERT_TRUE(db.exec("create temp table t (id int)"));
  {
    auto in = pq::copy_in(db, "copy t from stdin");
    ASSERT_TRUE(in);
    db.close();
    EXPECT_EQ(weft::io::write(*in, "1\n").error(), weft::errc::closed);
    EXPECT_EQ(in->finish().error(), weft::errc::closed);
  }
  db = connected();
  {
    auto out = pq::copy_out(db, "copy (select generate_series(1, 1000000)) to stdout");
    ASSERT_TRUE(out);
    db.close();
    std::byte room[8];
    EXPECT_EQ(out->read(room).error(), weft::errc::closed);
  }
  db = connected();
  auto open = pq::begin(db);
  ASSERT_TRUE(open);
  db.close();
  EXPECT_EQ(open->commit().error(), weft::errc::closed);
  EXPECT_FALSE(db.is_open());
  EXPECT_EQ(db.server(), "");
  EXPECT_EQ(db.process_id(), 0);
}

/// A server of a few words: it lets everybody in, answers a statement by beginning to replicate, and ends that when the
/// client does.
class replicating {
 public:
  replicating() : listener_(std::move(*weft::net::listen_tcp("127.0.0.1:0"))) {
    serving_ = weft::spawn([this] {
      weft::wait_group all;
      while (auto client = listener_.accept()) {
        all.go([c = std::move(*client)]() mutable { serve(c); });
      }
      all.wait();
    });
  }
  ~replicating() { listener_.close(); }

  [[nodiscard]] std::string conninfo() const {
    return "host=127.0.0.1 user=u sslmode=disable gssencmode=disable port=" + std::to_string(listener_.local().port());
  }

 private:
  static constexpr std::string_view welcome{"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", 15};
  static constexpr std::string_view copy_both{"W\0\0\0\x07\0\0\0", 8};
  static constexpr std::string_view done{
      "c\0\0\0\x04"
      "C\0\0\0\x06X\0"
      "Z\0\0\0\x05I",
      18};

  static void serve(weft::net::tcp_connection& client) {
    std::byte room[1000];
    const auto startup = client.read(room);
    if (!startup || *startup == 16) return;  // a request to cancel
    for (const std::string_view answer : {welcome, copy_both, done}) {
      if (!weft::io::write(client, answer) || client.read(room).value_or(0) == 0) return;
    }
  }

  weft::net::tcp_listener listener_;
  weft::task<void> serving_;
};

WEFT_TEST_WITH("QR1.4", "replication, which is no question with an answer, is refused and ends", .on = sched_only,
               .workers = {2}) {
  replicating server;
  auto db = pq::connect(server.conninfo());
  ASSERT_TRUE(db);
  EXPECT_EQ(db->script("start_replication 0/0").error(), errc::not_supported);
  EXPECT_TRUE(db->is_idle());
}

WEFT_TEST_WITH("QR2.1", "what is notified to a connection on which nobody listens is dropped", .seeds = 1,
               .workers = {2}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  ASSERT_TRUE(db.exec("listen noise"));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(db.exec("notify noise, 'old'"));
  auto news = pq::listen(std::move(db), {"noise"});
  ASSERT_TRUE(news);
  pq::connection other = connected();
  ASSERT_TRUE(other.exec("notify noise, 'new'"));
  EXPECT_EQ(news->messages().recv()->payload, "new");
}

WEFT_TEST_WITH("QR2.2", "names and connection strings with a zero byte are refused, not cut", .seeds = 1,
               .workers = {2}) {
  NEEDS_DATABASE();
  pq::error_report why;
  EXPECT_EQ(pq::listen(connected(), {std::string("a\0b", 3)}, 0, &why).error(), errc::bad_byte);
  EXPECT_EQ(pq::connect(conninfo() + std::string(1, '\0') + " dbname=nowhere", &why).error(), errc::bad_byte);
  EXPECT_EQ(why.code, errc::bad_byte);
}

WEFT_TEST_WITH("QR2.3", "more parameters than the protocol can count are an error of the statement", .seeds = 1,
               .workers = {2}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  std::vector<pq::parameter> many(65536, pq::parameter(1));
  EXPECT_EQ(db.query_with({}, "select $1::int", many).error(), errc::out_of_range);
  EXPECT_NE(db.last_error().message.find("65536"), std::string::npos) << db.last_error().text();
  EXPECT_TRUE(db.is_idle());
  many.pop_back();
  std::string statement = "select coalesce($1::int";
  for (int i = 2; i <= 65535; ++i) statement += ",$" + std::to_string(i) + "::int";
  auto got = db.query_with({}, statement + ")", many);
  ASSERT_TRUE(got) << db.last_error().text();
  EXPECT_EQ(*(*got)[0].get<int>(0), 1);
}

WEFT_TEST_WITH("QR2.4", "a script that begins a COPY, or fails in its middle, leaves a connection that is good",
               .seeds = 1, .workers = {2}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  EXPECT_EQ(db.script("select 1; copy (select 1) to stdout; select 1/0").error(), errc::not_supported);
  EXPECT_TRUE(db.is_idle());
  EXPECT_EQ(db.script("begin; select 1/0; select 2").error().value(), pq::state("22012"));
  EXPECT_FALSE(db.is_idle());  // in a transaction that has failed
  EXPECT_TRUE(db.exec("rollback"));
  EXPECT_TRUE(db.is_idle());
  EXPECT_TRUE(db.script("do $$ begin for i in 1..20000 loop raise notice 'noise %', i; end loop; end $$"));
  EXPECT_EQ(value(db, "select 7"), 7);
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// weft::pq's prepared statements: that they are prepared, once, and that nobody needs to care.
#include <string>

#include "database.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
namespace pq = weft::pq;
using pq::errc;
using pq::prepared;

/// How many the server has.
int known(pq::connection& db) { return value(db, "select count(*) from pg_prepared_statements"); }

WEFT_TEST_WITH("QR3.1", "a prepared statement is parsed once for a connection, and takes every kind of parameter",
               .seeds = 1, .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  for (int i = 0; i < 10; ++i) {
    auto got = db.query(prepared("select $1::int * 2, $2::text"), i, nullptr);
    ASSERT_TRUE(got) << db.last_error().text();
    EXPECT_EQ(*(*got)[0].get<int>(0), 2 * i);
    EXPECT_EQ(*(*got)[0].get<std::optional<std::string>>(1), std::nullopt);
  }
  EXPECT_EQ(known(db), 1);
  ASSERT_TRUE(db.exec("create temp table t (id int primary key)"));
  EXPECT_EQ(db.exec(prepared("insert into t values ($1)"), 1).value(), 1u);
  EXPECT_EQ(db.exec(prepared("insert into t values ($1)"), 1).error(), errc::unique_violation);
  EXPECT_EQ(db.last_error().statement, "insert into t values ($1)");
  EXPECT_EQ(db.exec(prepared("insert into t values ($1)"), 2).value(), 1u);
  EXPECT_EQ(known(db), 2);
  EXPECT_EQ(db.query(prepared("selec 1")).error(), errc::syntax_error);
  EXPECT_EQ(db.query(prepared(std::string_view("select\0 1", 9))).error(), errc::bad_byte);
  EXPECT_EQ(known(db), 2);
  EXPECT_TRUE(db.is_idle());
}

WEFT_TEST_WITH("QR3.2", "what the server has forgotten, or answers otherwise by now, is prepared anew", .seeds = 1,
               .workers = {2}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  ASSERT_TRUE(db.script("create temp table t (a int); insert into t values (1)"));
  const pq::statement all = prepared("select * from t");
  ASSERT_TRUE(db.query(all));
  ASSERT_TRUE(db.exec("deallocate all"));
  EXPECT_EQ(db.query(all)->columns(), 1u);
  ASSERT_TRUE(db.exec("alter table t add column b int"));
  EXPECT_EQ(db.query(all)->columns(), 2u);
  {
    auto open = pq::begin(db);
    ASSERT_TRUE(open);
    ASSERT_TRUE(db.exec("alter table t add column c int"));
    EXPECT_EQ(db.query(all).error(), errc::not_supported);
    EXPECT_EQ(db.query(all).error(), errc::failed_transaction);
  }
  EXPECT_EQ(db.query(all)->columns(), 2u);
}

WEFT_TEST_WITH("QR3.3", "a connection keeps so many prepared, those that were used last", .seeds = 1, .workers = {2}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  const std::string often = "select 'often'";
  for (std::size_t i = 0; i < pq::most_prepared + 20; ++i) {
    ASSERT_TRUE(db.query(prepared(often)));
    ASSERT_TRUE(db.query(prepared("select " + std::to_string(i))));
  }
  EXPECT_EQ(known(db), static_cast<int>(pq::most_prepared));
  EXPECT_EQ(value(db, "select count(*) from pg_prepared_statements where statement = $1", often), 1);
  // What the server has forgotten by itself cannot be given up, and need not.
  ASSERT_TRUE(db.exec("deallocate all"));
  {
    auto open = pq::begin(db);
    ASSERT_TRUE(open);
    EXPECT_TRUE(db.query(prepared("select 'inside'")));
    EXPECT_TRUE(open->commit());
  }
  EXPECT_TRUE(db.query(prepared("select 'outside'")));
  EXPECT_EQ(known(db), 2);
}

WEFT_TEST_WITH("QR3.4", "a prepared statement that is given up leaves a good connection", .on = sched_only,
               .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(db.query_for(i * 1ms, prepared("select pg_sleep($1)"), 1000).error(), weft::errc::timed_out);
  }
  EXPECT_TRUE(db.is_idle());
  EXPECT_EQ(db.query(prepared("select pg_sleep($1)"), 0)->size(), 1u);
  auto ctx = weft::with_cancel(weft::background());
  ctx.cancel();
  EXPECT_EQ(db.query(ctx, prepared("select 2")).error(), weft::errc::cancelled);
}

WEFT_TEST_WITH("QR1.5", "a limit ends a statement also while its answer keeps coming", .on = sched_only,
               .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  EXPECT_EQ(db.query_for(20ms, "select repeat('x', 10000) from generate_series(1, 100000000)").error(),
            weft::errc::timed_out);
  EXPECT_EQ(value(db, "select 1"), 1);
}

}  // namespace

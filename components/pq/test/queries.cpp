// SPDX-License-Identifier: Apache-2.0
//
// weft::pq against a real server: connecting, statements, values, transactions, COPY.
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "database.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
namespace pq = weft::pq;
using pq::errc;

std::string text_of_size(std::size_t size) {
  std::string text(size, 'x');
  for (std::size_t i = 0; i < size; i += 7) text[i] = static_cast<char>('a' + i % 26);
  return text;
}

WEFT_TEST_WITH("Q1.1", "a connection is made over TCP and over a Unix socket, to the first host that answers",
               .seeds = 1, .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection tcp = connected();
  EXPECT_EQ(value(tcp, "select 6 * 7"), 42);
  EXPECT_EQ(tcp.process_id(), value(tcp, "select pg_backend_pid()"));
  const std::string port = std::to_string(database().port());
  EXPECT_EQ(tcp.server(), "127.0.0.1:" + port + "/postgres");
  auto unix_one = pq::connect("host=" + database().folder() + " port=" + port + " user=postgres");
  ASSERT_TRUE(unix_one);
  EXPECT_EQ(value(*unix_one, "select 1"), 1);
  // Another address, another descriptor: nobody listens at the first.
  auto second = pq::connect("host=127.0.0.1,127.0.0.1 port=1," + port + " user=postgres");
  ASSERT_TRUE(second);
  EXPECT_EQ(value(*second, "select 2"), 2);
}

WEFT_TEST_WITH("Q1.2", "a connection that cannot be made says to whom, and why", .seeds = 1, .workers = {2}) {
  NEEDS_DATABASE();
  pq::error_report why;
  EXPECT_EQ(pq::connect("host=127.0.0.1 port=1 user=u", &why).error(), errc::not_connected);
  EXPECT_NE(why.text().find("127.0.0.1"), std::string::npos) << why.text();
  EXPECT_NE(why.text().find("refused"), std::string::npos) << why.text();
  EXPECT_EQ(pq::connect("no such words", &why).error(), errc::not_connected);
  EXPECT_EQ(pq::connect(conninfo() + " dbname=nowhere", &why).error(), errc::not_connected);
  EXPECT_NE(why.message.find("nowhere"), std::string::npos) << why.text();
  pq::connection none;
  EXPECT_FALSE(none.is_open());
  EXPECT_EQ(none.query("select 1").error(), weft::errc::closed);
  EXPECT_EQ(none.script("select 1").error(), weft::errc::closed);
  EXPECT_EQ(pq::begin(none).error(), weft::errc::closed);
  EXPECT_EQ(pq::copy_in(none, "copy t from stdin").error(), weft::errc::closed);
  EXPECT_EQ(pq::listen(pq::connection(), {"x"}).error(), weft::errc::closed);
}

WEFT_TEST_WITH("Q1.3", "a limit ends the wait for a server that does not answer", .seeds = 2, .workers = {1, 4}) {
  auto silent = weft::net::listen_tcp("127.0.0.1:0");
  ASSERT_TRUE(silent);
  const std::string there = "host=127.0.0.1 user=u port=" + std::to_string(silent->local().port());
  pq::error_report why;
  EXPECT_EQ(pq::connect_for(5ms, there, &why).error(), weft::errc::timed_out);
  EXPECT_NE(why.text().find("127.0.0.1"), std::string::npos) << why.text();
  auto ctx = weft::with_cancel(weft::background());
  weft::task<std::error_code> waits = weft::spawn([&] { return pq::connect(ctx, there).error(); });
  weft::testing::settle();
  ctx.cancel();
  EXPECT_EQ(waits.join(), weft::errc::cancelled);
  EXPECT_EQ(pq::connect(ctx, there).error(), weft::errc::cancelled);
}

WEFT_TEST_WITH("Q2.1", "parameters arrive as they are: numbers, bools, texts, bytes and NULL", .seeds = 1,
               .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  EXPECT_EQ(value(db, "select $1::int + $2::int", 7, "35"), 42);
  EXPECT_EQ(value<std::int64_t>(db, "select $1::bigint", INT64_MIN), INT64_MIN);
  EXPECT_EQ(value<double>(db, "select $1::float8", 0.1), 0.1);
  EXPECT_TRUE(value<bool>(db, "select $1::bool and not $2::bool", true, false));
  EXPECT_EQ(value<std::string>(db, "select $1::text", "it's \\ \" $1; --"), "it's \\ \" $1; --");
  EXPECT_EQ(value<std::string>(db, "select $1::text", ""), "");
  std::vector<std::byte> bytes(256);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  EXPECT_EQ(value<std::vector<std::byte>>(db, "select $1::bytea", pq::binary(bytes)), bytes);
  EXPECT_EQ(value(db, "select length($1::bytea)", pq::binary(bytes)), 256);
  EXPECT_TRUE(value<bool>(db, "select $1::text is null and $2::int is null and $3::int is null", nullptr,
                          std::optional<int>(), std::nullopt));
  EXPECT_EQ(value(db, "select $1::int", std::optional<int>(3)), 3);
  const std::vector<pq::parameter> some = {1, "2", nullptr};
  auto got = db.query_with({}, "select coalesce($3::int, $1::int + $2::int)", some);
  ASSERT_TRUE(got);
  EXPECT_EQ(*(*got)[0].get<int>(0), 3);
}

WEFT_TEST_WITH("Q2.2", "values are read as the types that are asked for, and what does not fit is an error", .seeds = 1,
               .workers = {2}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  auto got =
      db.query("select 300 as n, 'abc' as word, null::int as none, true as yes, '\\x00ff'::bytea as raw, 2.5 as f");
  ASSERT_TRUE(got);
  const pq::row row = (*got)[0];
  EXPECT_EQ(*row.get<int>("n"), 300);
  EXPECT_EQ(*row.get<std::string_view>(1), "abc");
  EXPECT_EQ(*row.get<std::optional<int>>("none"), std::nullopt);
  EXPECT_EQ(*row.get<std::optional<std::string>>("word"), "abc");
  EXPECT_TRUE(*row.get<bool>("yes"));
  EXPECT_EQ(row.get<std::vector<std::byte>>("raw")->size(), 2u);
  EXPECT_EQ(*row.get<double>("f"), 2.5);
  EXPECT_EQ(row.get<signed char>("n").error(), errc::out_of_range);
  EXPECT_EQ(row.get<int>("word").error(), errc::bad_text);
  EXPECT_EQ(row.get<int>("f").error(), errc::bad_text);
  EXPECT_EQ(row.get<bool>("word").error(), errc::bad_text);
  EXPECT_EQ(row.get<std::vector<std::byte>>("word").error(), errc::bad_text);
  EXPECT_EQ(row.get<int>("none").error(), errc::null_value);
  EXPECT_EQ(row.get<int>("nothing").error(), errc::no_such_column);
  EXPECT_EQ(row.get<int>(6).error(), errc::no_such_column);
  EXPECT_EQ(row.get<int>(-1).error(), errc::no_such_column);
  EXPECT_EQ(pq::rows().size(), 0u);
  EXPECT_EQ(pq::rows().begin(), pq::rows().end());
}

WEFT_TEST_WITH("Q2.3", "rows have names and an order, and statements tell how many rows they concern", .seeds = 1,
               .workers = {2}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  auto made = db.script(
      "create temp table t (id int primary key, name text); insert into t values (1, 'one');"
      "insert into t select i, 'n' || i from generate_series(2, 100) i");
  ASSERT_TRUE(made) << db.last_error().text();
  EXPECT_EQ(made->affected(), 99u);
  EXPECT_EQ(*db.exec("update t set name = upper(name) where id <= $1", 10), 10u);
  EXPECT_EQ(*db.exec("select 1 where false"), 0u);
  auto got = db.query("select id, name from t order by id");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->size(), 100u);
  EXPECT_EQ(got->columns(), 2u);
  EXPECT_EQ(got->column_name(0), "id");
  EXPECT_EQ(got->column_name(1), "name");
  EXPECT_EQ(got->column_name(2), "");
  EXPECT_EQ(got->command(), "SELECT 100");
  int next = 0;
  for (const pq::row row : *got) EXPECT_EQ(*row.get<int>("id"), ++next);
  EXPECT_EQ(next, 100);
  db.close();
  EXPECT_EQ(*(*got)[9].get<std::string>("name"), "N10");  // rows outlive their connection
}

WEFT_TEST_WITH("Q2.4", "an error has its SQLSTATE, and says what the server said to which statement", .seeds = 1,
               .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  ASSERT_TRUE(db.exec("create temp table u (id int primary key)"));
  ASSERT_TRUE(db.exec("insert into u values (1)"));
  const auto again = db.exec("insert into u values ($1)", 1);
  EXPECT_EQ(again.error(), errc::unique_violation);
  EXPECT_EQ(pq::sqlstate(again.error()), "23505");
  EXPECT_EQ(again.error().message(), "unique violation (SQLSTATE 23505)");
  const pq::error_report& report = db.last_error();
  EXPECT_EQ(report.code, errc::unique_violation);
  EXPECT_EQ(report.statement, "insert into u values ($1)");
  EXPECT_EQ(report.server, db.server());
  EXPECT_NE(report.message.find("duplicate key"), std::string::npos);
  EXPECT_NE(report.detail.find("(id)=(1)"), std::string::npos);
  EXPECT_NE(report.text().find("u_pkey"), std::string::npos) << report.text();
  EXPECT_EQ(db.query("selec 1").error(), errc::syntax_error);
  EXPECT_EQ(db.query("select * from nowhere").error(), errc::no_such_table);
  EXPECT_EQ(db.query("select 1/$1::int", 0).error().value(), pq::state("22012"));
  EXPECT_EQ(db.query("select 1; select 2").error(), errc::syntax_error);  // one statement
  EXPECT_EQ(db.query(std::string_view("select\0 1", 9)).error(), errc::bad_byte);
  EXPECT_EQ(db.query("select $1::text", std::string(1, '\0')).error(), errc::bad_byte);
  EXPECT_EQ(db.query("select $1::int").error().value(), pq::state("08P01"));  // too few parameters
  EXPECT_EQ(db.query("").error(), std::error_code());
  EXPECT_EQ(db.script("insert into u values (2); insert into u values (1)").error(), errc::unique_violation);
  EXPECT_EQ(value(db, "select count(*) from u"), 1);
  EXPECT_TRUE(db.is_idle());
}

WEFT_TEST_WITH("Q2.5", "large statements and large answers pass each other", .seeds = 1, .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  const std::string much = text_of_size(8 << 20);
  EXPECT_EQ(value<std::string>(db, "select $1::text", much), much);
  // The server answers while the statements are still on their way.
  std::string many;
  for (int i = 0; i < 200; ++i) many += "select repeat('x', 20000);" + std::string(20000, ' ');
  auto last = db.script(many);
  ASSERT_TRUE(last) << db.last_error().text();
  EXPECT_EQ((*last)[0].get<std::string_view>(0)->size(), 20000u);
}

WEFT_TEST_WITH("Q4.1", "what is committed is there, what is not is taken back at the end of the scope", .seeds = 1,
               .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  ASSERT_TRUE(db.exec("create temp table t (id int primary key)"));
  {
    auto kept = pq::begin(db, "isolation level serializable");
    ASSERT_TRUE(kept);
    EXPECT_EQ(value<std::string>(db, "show transaction_isolation"), "serializable");
    EXPECT_TRUE(db.exec("insert into t values (1)"));
    EXPECT_FALSE(db.is_idle());
    EXPECT_TRUE(kept->commit());
    EXPECT_EQ(kept->commit().error(), errc::failed_transaction);
  }
  {
    auto gone = pq::begin(db);
    ASSERT_TRUE(gone);
    EXPECT_TRUE(db.exec("insert into t values (2)"));
  }
  {
    auto gone = pq::begin(db);
    ASSERT_TRUE(gone);
    EXPECT_TRUE(db.exec("insert into t values (3)"));
    EXPECT_TRUE(gone->rollback());
    EXPECT_TRUE(gone->rollback());
  }
  EXPECT_EQ(value(db, "select sum(id) from t"), 1);
  EXPECT_TRUE(db.is_idle());
}

WEFT_TEST_WITH("Q4.2", "a transaction in which a statement has failed cannot be committed", .seeds = 1,
               .workers = {2}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  auto t = pq::begin(db);
  ASSERT_TRUE(t);
  EXPECT_EQ(db.exec("select 1/0").error().value(), pq::state("22012"));
  EXPECT_EQ(db.exec("select 1").error(), errc::failed_transaction);
  EXPECT_EQ(t->commit().error(), errc::failed_transaction);
  EXPECT_TRUE(db.is_idle());
}

WEFT_TEST_WITH("Q5.1", "COPY takes rows from a reader and gives them to a writer, however many", .seeds = 1,
               .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  ASSERT_TRUE(db.exec("create temp table words (n int, word text)"));
  std::string lines;
  for (int i = 0; i < 20000; ++i) lines += std::to_string(i) + "\tword-" + std::to_string(i) + '\n';
  auto in = pq::copy_in(db, "copy words from stdin");
  ASSERT_TRUE(in) << db.last_error().text();
  EXPECT_EQ(*weft::io::copy(*in, weft::io::memory_reader(lines)), lines.size());
  EXPECT_EQ(in->finish().value(), 20000u);
  EXPECT_EQ(in->finish().error(), weft::errc::closed);
  EXPECT_EQ(value(db, "select count(*) from words"), 20000);
  auto out = pq::copy_out(db, "copy words to stdout");
  ASSERT_TRUE(out) << db.last_error().text();
  weft::io::buffered_reader back(*out);
  EXPECT_EQ(*back.read_line().value(), "0\tword-0");
  EXPECT_EQ(*weft::io::read_all(back), lines.substr(lines.find('\n') + 1));
  EXPECT_TRUE(db.is_idle());
}

WEFT_TEST_WITH("Q5.2", "a COPY with bad rows, or that is given up, leaves no row and a good connection", .seeds = 1,
               .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  ASSERT_TRUE(db.exec("create temp table numbers (n int)"));
  {
    auto bad = pq::copy_in(db, "copy numbers from stdin");
    ASSERT_TRUE(bad);
    ASSERT_TRUE(weft::io::write(*bad, "1\nnot a number\n"));
    EXPECT_EQ(bad->finish().error(), errc::bad_text);
    EXPECT_NE(db.last_error().message.find("not a number"), std::string::npos) << db.last_error().text();
  }
  {
    auto left = pq::copy_in(db, "copy numbers from stdin");
    ASSERT_TRUE(left);
    ASSERT_TRUE(weft::io::write(*left, "1\n2\n"));
  }
  EXPECT_TRUE(db.is_idle());
  EXPECT_EQ(value(db, "select count(*) from numbers"), 0);
  {
    auto part = pq::copy_out(db, "copy (select generate_series(1, 1000000)) to stdout");
    ASSERT_TRUE(part);
    char first[2];
    EXPECT_EQ(*weft::io::read_full(*part, std::as_writable_bytes(std::span(first))), 2u);
    EXPECT_EQ(first[0], '1');
  }
  EXPECT_TRUE(db.is_idle());
  EXPECT_EQ(pq::copy_in(db, "select 1").error(), errc::not_supported);
  EXPECT_EQ(pq::copy_in(db, "copy numbers to stdout").error(), errc::not_supported);
  EXPECT_EQ(pq::copy_out(db, "copy numbers from stdin").error(), errc::not_supported);
  EXPECT_EQ(db.query("copy numbers from stdin").error(), errc::not_supported);
  EXPECT_EQ(db.script("copy numbers to stdout; select 1").error(), errc::not_supported);
  EXPECT_EQ(pq::copy_out(db, "copy nowhere to stdout").error(), errc::no_such_table);
  EXPECT_EQ(value(db, "select 5"), 5);
}

}  // namespace

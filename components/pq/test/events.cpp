// SPDX-License-Identifier: Apache-2.0
//
// weft::pq when things end early, and what comes without being asked for: cancellation, NOTIFY, pools, a killed server.
#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "database.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
namespace pq = weft::pq;
using pq::errc;

/// True if another connection's statement is being carried out, as the server sees it.
constexpr const char* sleeps = "select exists (select from pg_stat_activity where state = 'active' and pid = $1)";

/// The server is gone: it is found out, or the server has still said so.
bool is_lost(const std::error_code& error) {
  return error == errc::connection_lost || pq::sqlstate(error).starts_with("57P0");
}

WEFT_TEST_WITH("Q3.1", "a statement whose context ends is cancelled in the server, and the connection is good",
               .on = sched_only, .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  pq::connection other = connected();
  auto ctx = weft::with_cancel(weft::background());
  weft::task<std::error_code> query = weft::spawn([&] { return db.query(ctx, "select pg_sleep(1000)").error(); });
  const int process = db.process_id();
  while (!value<bool>(other, sleeps, process)) weft::yield();
  ctx.cancel();
  EXPECT_EQ(query.join(), weft::errc::cancelled);
  EXPECT_FALSE(value<bool>(other, sleeps, process));
  EXPECT_EQ(db.last_error().statement, "select pg_sleep(1000)");
  EXPECT_TRUE(db.is_idle());
  EXPECT_EQ(db.query_for(10ms, "select pg_sleep($1)", 1000).error(), weft::errc::timed_out);
  EXPECT_EQ(value(db, "select 3"), 3);
  EXPECT_EQ(db.process_id(), process);
  EXPECT_EQ(db.query(ctx, "select 1").error(), weft::errc::cancelled);
  EXPECT_EQ(db.query_for(0s, "select pg_sleep(1000)").error(), weft::errc::timed_out);
  EXPECT_EQ(value(db, "select 4"), 4);
}

WEFT_TEST_WITH("Q3.2", "a COPY that is given up in the middle can be gone on with, or ends with its scope",
               .on = sched_only, .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  {
    // What is large is sent before the statement is done.
    auto slow = pq::copy_out(db,
                             "copy (select 'a' union all select repeat('b', 20000) union all "
                             "select pg_sleep(0.05)::text || 'c') to stdout");
    ASSERT_TRUE(slow);
    std::string text(3, ' ');
    const auto room = std::as_writable_bytes(std::span(text));
    EXPECT_EQ(*slow->read(room), 2u);
    weft::result<std::size_t> next = slow->read(weft::detail::within(1ms), room);
    while (!next) {
      EXPECT_EQ(next.error(), weft::errc::timed_out);
      next = slow->read(weft::detail::within(1ms), room);
    }
    EXPECT_EQ(text, "bbb");
    EXPECT_EQ(*weft::io::read_all(*slow), std::string(19997, 'b') + "\nc\n");
    EXPECT_EQ(*slow->read(room), 0u);
  }
  {
    auto never = pq::copy_out(db, "copy (select repeat('b', 20000) union all select pg_sleep(1000)::text) to stdout");
    ASSERT_TRUE(never);
  }
  EXPECT_TRUE(db.is_idle());
}

WEFT_TEST_WITH("Q6.1", "what is notified comes through the channel, in order, and nothing is lost by who is slow",
               .seeds = 2, .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  auto news = pq::listen(connected(), {"orders", "With \"quotes\""}, 2);
  ASSERT_TRUE(news);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(db.query("select pg_notify('orders', $1)", std::to_string(i)));
  ASSERT_TRUE(db.exec("notify \"With \"\"quotes\"\"\", 'last'"));
  ASSERT_TRUE(db.exec("notify unheard"));
  for (int i = 0; i < 500; ++i) {
    auto got = news->messages().recv();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->channel, "orders");
    EXPECT_EQ(got->payload, std::to_string(i));
    EXPECT_EQ(got->process_id, db.process_id());
  }
  auto last = news->messages().recv();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->channel, "With \"quotes\"");
  EXPECT_EQ(news->messages().try_recv().what(), weft::try_result<pq::notification>::state::empty);
}

WEFT_TEST_WITH("Q6.2", "a subscription ends with its object, whether or not anybody receives", .seeds = 2,
               .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::connection db = connected();
  weft::receiver<pq::notification> messages;
  {
    auto news = pq::listen(connected(), {"a"}, 0);
    ASSERT_TRUE(news);
    messages = news->messages();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(db.exec("notify a"));
    EXPECT_TRUE(messages.recv());
  }
  while (messages.recv()) continue;
  pq::error_report why;
  EXPECT_EQ(pq::listen(connected(), {std::string(1000, 'x'), ""}, 0, &why).error(), errc::syntax_error);
  EXPECT_NE(why.text().find("zero-length"), std::string::npos) << why.text();
}

WEFT_TEST_WITH("Q7.1", "a pool lends so many connections, lets others wait, and uses them again", .seeds = 2,
               .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::pool pool(conninfo(), 3);
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
      EXPECT_EQ(value(**db, "select 1"), 1);
      const std::lock_guard hold(lock);
      --used;
    });
  }
  all.wait();
  EXPECT_LE(most, 3);
  EXPECT_LE(pool.idle(), 3u);
  EXPECT_GE(pool.idle(), 1u);
  pool.clear();
  EXPECT_EQ(pool.idle(), 0u);
}

WEFT_TEST_WITH("Q7.2", "a connection that broke, or was left in a transaction, is not lent again", .seeds = 1,
               .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::pool pool(conninfo(), 2);
  int broken = 0;
  {
    auto db = pool.acquire();
    ASSERT_TRUE(db);
    broken = (*db)->process_id();
  }
  EXPECT_EQ(pool.idle(), 1u);
  pq::connection other = connected();
  ASSERT_TRUE(value<bool>(other, "select pg_terminate_backend($1, 10000)", broken));
  {
    auto db = pool.acquire();
    ASSERT_TRUE(db);
    EXPECT_NE((*db)->process_id(), broken);
    EXPECT_TRUE((*db)->exec("begin"));
  }
  EXPECT_EQ(pool.idle(), 0u);
  auto one = pool.acquire();
  auto two = pool.acquire();
  ASSERT_TRUE(one && two);
  auto ctx = weft::with_cancel(weft::background());
  weft::task<std::error_code> waits = weft::spawn([&] { return pool.acquire(ctx).error(); });
  weft::testing::settle();
  ctx.cancel();
  EXPECT_EQ(waits.join(), weft::errc::cancelled);
}

WEFT_TEST_WITH("Q8.1 Q6.3",
               "a server that is killed in mid-query is an error that names statement and server, and a "
               "pool goes on when it is back",
               .seeds = 1, .workers = {1, 4}) {
  NEEDS_DATABASE();
  pq::pool pool(conninfo(), 4);
  auto db = pool.acquire();
  auto idle = pool.acquire();
  ASSERT_TRUE(db && idle);
  auto news = pq::listen(connected(), {"a"});
  ASSERT_TRUE(news);
  ASSERT_TRUE((*db)->exec("create table if not exists kept (n int)"));
  ASSERT_TRUE((*db)->exec("truncate kept"));
  ASSERT_TRUE((*db)->exec("insert into kept values (1)"));
  ASSERT_TRUE((*db)->exec("begin"));
  ASSERT_TRUE((*db)->exec("insert into kept values (2)"));
  const int process = (*db)->process_id();
  weft::task<std::error_code> query = weft::spawn([&] { return (*db)->query("select pg_sleep(1000)").error(); });
  while (!value<bool>(**idle, sleeps, process)) weft::yield();
  pq::connection third = connected();
  auto out = pq::copy_out(third, "copy (select repeat('b', 20000) union all select pg_sleep(1000)::text) to stdout");
  ASSERT_TRUE(out);
  pq::connection fourth = connected();
  auto in = pq::copy_in(fourth, "copy kept from stdin");
  ASSERT_TRUE(in);
  database().kill();
  EXPECT_TRUE(is_lost(weft::io::read_all(*out).error()));
  weft::result<std::size_t> put = weft::io::write(*in, "3\n");
  for (int i = 0; i < 1000 && put; ++i) put = weft::io::write(*in, "3\n");
  EXPECT_TRUE(is_lost(put ? in->finish().error() : put.error()));
  EXPECT_TRUE(is_lost(query.join()));
  const pq::error_report report = (*db)->last_error();
  EXPECT_EQ(report.statement, "select pg_sleep(1000)");
  EXPECT_NE(report.text().find("127.0.0.1:" + std::to_string(database().port())), std::string::npos) << report.text();
  EXPECT_FALSE((*db)->is_open());
  EXPECT_EQ((*db)->query("select 1").error(), errc::connection_lost);
  EXPECT_TRUE(is_lost((*idle)->query("select 1").error()));
  while (news->messages().recv()) continue;
  EXPECT_TRUE(is_lost(news->why().code)) << news->why().text();
  { const auto back = std::move(db), also = std::move(idle); }
  EXPECT_EQ(pool.idle(), 0u);
  EXPECT_EQ(pool.acquire().error(), errc::not_connected);
  EXPECT_NE(pool.last_error().text().find("refused"), std::string::npos) << pool.last_error().text();
  database().start();
  auto anew = pool.acquire();
  ASSERT_TRUE(anew) << pool.last_error().text();
  EXPECT_EQ(value(**anew, "select sum(n) from kept"), 1);
}

WEFT_PLAIN_TEST("Q8.2", "an error says what is known, in one line") {
  EXPECT_EQ(pq::error_report().text(), "no error");
  const pq::error_report all{errc::unique_violation, "twice", "(1)", "once is enough", "insert", "host:1/db"};
  EXPECT_EQ(all.text(), "host:1/db: twice (SQLSTATE 23505); (1); once is enough; in: insert");
  EXPECT_EQ(pq::sqlstate(make_error_code(weft::errc::closed)), "");
  EXPECT_EQ(pq::sqlstate(make_error_code(errc::deadlock_detected)), "40P01");
  EXPECT_EQ(std::error_code(pq::state("XX000"), pq::error_category()).message(),
            "the server reports an error (SQLSTATE XX000)");
}

}  // namespace

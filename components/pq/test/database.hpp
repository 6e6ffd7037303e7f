// SPDX-License-Identifier: Apache-2.0
//
// The server that the tests of this process use, and connections with it.
#pragma once

#include <string>

#include "server.hpp"
#include "weft/pq.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

/// Ends the test, as left out, where no server is installed.
#define NEEDS_DATABASE() \
  if (!weft::test::database().here()) GTEST_SKIP() << weft::test::database().why_not()

namespace weft::test {

inline server& database() { return server::of("postgres"); }

inline std::string conninfo() {
  return "host=127.0.0.1 port=" + std::to_string(database().port()) + " user=postgres dbname=postgres";
}

inline pq::connection connected() {
  pq::error_report why;
  result<pq::connection> made = pq::connect(conninfo(), &why);
  EXPECT_TRUE(made) << why.text();
  return made ? std::move(*made) : pq::connection();
}

/// The first value of the first row.
template <class T = int, class... Values>
T value(pq::connection& db, std::string_view statement, const Values&... values) {
  const result<pq::rows> got = db.query(statement, values...);
  EXPECT_TRUE(got) << db.last_error().text();
  if (!got || got->empty()) return T();
  const result<T> first = (*got)[0].template get<T>(0);
  EXPECT_TRUE(first) << first.error().message();
  return first ? *first : T();
}

}  // namespace weft::test

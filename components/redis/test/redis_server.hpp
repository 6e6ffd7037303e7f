// SPDX-License-Identifier: Apache-2.0
//
// The server that the tests of this process use, and connections with it.
#pragma once

#include <string>

#include "server.hpp"
#include "weft/redis.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

/// Ends the test, as left out, where no server is installed.
#define NEEDS_REDIS() \
  if (!weft::test::its_server().here()) GTEST_SKIP() << weft::test::its_server().why_not()

namespace weft::test {

inline server& its_server() { return server::of("redis"); }

inline redis::connect_options there() { return {.port = std::to_string(its_server().port())}; }

inline redis::connection connected() {
  redis::error_report why;
  auto made = redis::connect(there(), &why);
  EXPECT_TRUE(made) << why.text();
  if (!made) return {};
  EXPECT_TRUE(made->command("flushall"));
  return std::move(*made);
}

}  // namespace weft::test

// SPDX-License-Identifier: Apache-2.0
//
// What adapters to servers are made of: a feed of messages, and a pool that keeps the report of a failure.
#include "weft/feed.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include "harness.hpp"
#include "weft/client_pool.hpp"
#include "weft/error.hpp"
#include "weft/testing.hpp"

namespace {

using weft::chan;
using weft::context;
using numbers = weft::feed<int, std::string>;

WEFT_TEST("QR4.1", "a feed's messages come in order, then its channel is closed, and it is said why") {
  numbers some(2, [](const context& over, const chan<int>& to) {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(to.send(over, i));
    return std::string("no more");
  });
  int next = 0;
  for (const int n : some.messages()) EXPECT_EQ(n, next++);
  EXPECT_EQ(next, 10);
  EXPECT_EQ(some.why(), "no more");
  numbers moved = std::move(some);
  EXPECT_EQ(moved.why(), "no more");
}

WEFT_TEST("QR4.2", "a feed that is destroyed ends its goroutine, which may be sending or not, and what that has") {
  for (const bool sends : {true, false}) {
    const auto held = std::make_shared<int>(0);
    weft::receiver<int> messages;
    {
      numbers endless(0, [sends, held](const context& over, const chan<int>& to) {
        while (sends && to.send(over, 1)) continue;
        static_cast<void>(over.done().recv());
        return over.err().message();
      });
      messages = endless.messages();
      if (sends) {
        EXPECT_EQ(messages.recv(), 1);
      }
      weft::testing::settle();
    }
    EXPECT_EQ(held.use_count(), 1);
    EXPECT_FALSE(messages.recv());
  }
}

WEFT_TEST("QR4.3", "an exception that leaves a feed's function ends the feed") {
  numbers broken(0, [](const context&, const chan<int>&) -> std::string { throw std::runtime_error("broken"); });
  EXPECT_FALSE(broken.messages().recv());
  EXPECT_EQ(broken.why(), "");
}

struct line {
  bool idle = true;
  [[nodiscard]] bool is_idle() const { return idle; }
};

WEFT_TEST("QR4.4", "a client_pool lends what is idle again, and keeps the report of the latest failure") {
  int made = 0;
  weft::client_pool<line, std::string> pool(1, [&](const weft::detail::wait_limit&, std::string& why) {
    why = "attempt " + std::to_string(++made);
    return made == 2 ? weft::result<line>(std::make_error_code(std::errc::connection_refused))
                     : weft::result<line>(line());
  });
  EXPECT_EQ(pool.last_error(), "");
  { EXPECT_TRUE(pool.acquire()); }
  EXPECT_EQ(pool.idle(), 1u);
  {
    auto again = pool.acquire();
    EXPECT_EQ(made, 1);
    (*again)->idle = false;
  }
  EXPECT_EQ(pool.idle(), 0u);
  EXPECT_EQ(pool.acquire().error(), std::errc::connection_refused);
  EXPECT_EQ(pool.last_error(), "attempt 2");
  EXPECT_TRUE(pool.acquire());
  EXPECT_EQ(pool.last_error(), "attempt 2");
  pool.clear();
  EXPECT_EQ(pool.idle(), 0u);
}

}  // namespace

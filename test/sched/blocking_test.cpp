// SPDX-License-Identifier: Apache-2.0
//
// What the watchdog is told of a worker whose goroutine makes a call that blocks.
#include "harness.hpp"
#include "sched/current.hpp"
#include "weft/weft.hpp"

namespace weft::test {
namespace {

WEFT_PLAIN_TEST("B1.6", "a worker whose goroutine has parked inside a blocking call is not taken for blocked") {
  const auto body = [] {
    const chan<int> line;
    wait_group all;
    all.go([=] { blocking([=] { line.recv(); }); });
    yield();
    const detail::worker& here = *detail::current_worker();
    EXPECT_FALSE(detail::is_blocking(here));
    blocking([&here] {
      if (&here == detail::current_worker()) {
        EXPECT_TRUE(detail::is_blocking(here));
      }
    });
    line.send(1);
    all.wait();
  };
  EXPECT_EQ(0, run(body, {.workers = 1}));
}

}  // namespace
}  // namespace weft::test

// SPDX-License-Identifier: Apache-2.0
//
// Things that are lent.
#include <memory>
#include <stdexcept>
#include <vector>

#include "harness.hpp"
#include "weft/lease_pool.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

/// A number, or nothing when it was moved away.
using thing = std::unique_ptr<int>;

weft::lease_pool<thing> numbered(std::int64_t most, int& made) {
  return weft::lease_pool<thing>(most, [&made](const auto&) { return std::make_unique<int>(++made); });
}

WEFT_TEST("M18.1", "a lease_pool lends at most so many, and the others wait their turn or give up") {
  weft::mutex lock;
  int made = 0;
  int lent = 0;
  int most = 0;
  weft::lease_pool<thing> things(3, [&](const auto&) {
    const std::lock_guard hold(lock);
    return std::make_unique<int>(++made);
  });
  weft::wait_group all;
  for (int i = 0; i < 20; ++i) {
    all.go([&] {
      auto one = things.acquire();
      ASSERT_TRUE(one);
      {
        const std::lock_guard hold(lock);
        most = std::max(most, ++lent);
      }
      weft::yield();
      const std::lock_guard hold(lock);
      --lent;
    });
  }
  all.wait();
  EXPECT_LE(most, 3);
  EXPECT_LE(made, 3);
  EXPECT_EQ(things.idle(), static_cast<std::size_t>(made));
  auto a = things.acquire(), b = things.acquire(), c = things.acquire();
  EXPECT_EQ(things.acquire_for(1ms).error(), weft::errc::timed_out);
  auto ctx = weft::with_cancel(weft::background());
  weft::task<std::error_code> waits = weft::spawn([&] { return things.acquire(ctx).error(); });
  weft::testing::settle();
  ctx.cancel();
  EXPECT_EQ(waits.join(), weft::errc::cancelled);
}

WEFT_TEST_WITH("M18.2", "what is good is lent again, and what is not is destroyed", .seeds = 10) {
  int made = 0;
  int bad = 0;
  weft::lease_pool<thing> things(
      4, [&](const auto&) { return std::make_unique<int>(++made); }, [&](thing& t) { return *t != bad; });
  {
    auto one = things.acquire();
    auto two = things.acquire();
    EXPECT_EQ(***one, 1);
    EXPECT_EQ(***two, 2);
  }
  EXPECT_EQ(things.idle(), 2u);
  EXPECT_EQ(***things.acquire(), 1);  // came back last
  bad = 1;
  EXPECT_EQ(***things.acquire(), 2);
  EXPECT_EQ(things.idle(), 1u);
  {
    auto two = things.acquire();
    bad = 2;
  }
  EXPECT_EQ(things.idle(), 0u);
  EXPECT_EQ(***things.acquire(), 3);
  things.clear();
  EXPECT_EQ(things.idle(), 0u);
}

WEFT_TEST_WITH("M18.3", "what cannot be made takes nobody's place", .seeds = 10) {
  int times = 0;
  weft::lease_pool<thing> things(1, [&](const auto&) -> weft::result<thing> {
    if (++times == 1) return std::make_error_code(std::errc::connection_refused);
    if (times == 2) throw std::runtime_error("no");
    return std::make_unique<int>(times);
  });
  EXPECT_EQ(things.acquire().error(), std::errc::connection_refused);
  EXPECT_THROW(static_cast<void>(things.acquire()), std::runtime_error);
  EXPECT_EQ(***things.acquire(), 3);
}

WEFT_TEST_WITH("M18.4", "a lease may outlive its pool, and may keep what it has", .seeds = 10) {
  int made = 0;
  auto things = std::make_unique<weft::lease_pool<thing>>(numbered(1, made));
  auto first = things->acquire();
  ASSERT_TRUE(first);
  const thing kept = first->take();
  auto second = things->acquire();  // its place is free
  ASSERT_TRUE(second);
  things.reset();
  EXPECT_EQ(*kept, 1);
  EXPECT_EQ(***second, 2);
  auto moved = std::move(*second);
  EXPECT_EQ(**moved, 2);
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// Sleeps that may end early.
#include <chrono>

#include "limits.hpp"
#include "party.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::clock;
using weft::errc;
using weft::sleep_for;
using weft::sleep_until;

WEFT_TEST("T1.6", "a sleep with a limit that does not come is a sleep") {
  canceller open;
  for (const wait_limit limit : {wait_limit{}, wait_limit{.by = &open}, weft::detail::within(1h)}) {
    const clock::time_point start = clock::now();
    EXPECT_TRUE(sleep_for(limit, 2ms));
    EXPECT_GE(clock::now() - start, 2ms);
    EXPECT_TRUE(sleep_until(limit, start + 4ms));
    EXPECT_GE(clock::now() - start, 4ms);
    EXPECT_TRUE(sleep_for(limit, 0s));
    EXPECT_TRUE(sleep_for(limit, -1s));
    EXPECT_TRUE(sleep_until(limit, start));
  }
}

WEFT_TEST("T1.6", "a sleep is ended by its limit, and says how") {
  for (const bound kind : all_bounds) {
    const clock::time_point start = clock::now();
    const limiter soon(kind, 2ms);
    EXPECT_EQ(sleep_for(soon, 1h).error(), soon.reason()) << name(kind);
    const limiter later(kind, 2ms);
    EXPECT_EQ(sleep_until(later, start + 1h).error(), later.reason()) << name(kind);
    EXPECT_GE(clock::now() - start, 4ms) << name(kind);
    EXPECT_LT(clock::now() - start, 1h) << name(kind);
    const limiter last(kind, 1ms);
    EXPECT_EQ(sleep_for(last, std::chrono::hours::max()).error(), last.reason()) << name(kind);
  }
}

WEFT_TEST("T1.6", "a sleep that ends with its deadline has been slept to the end") {
  const clock::time_point when = clock::now() + 1ms;
  EXPECT_TRUE(sleep_until(weft::detail::until(when), when));
  EXPECT_EQ(sleep_until(weft::detail::until(when), when + 1ns).error(), errc::timed_out);
}

WEFT_TEST("T1.6", "a context that is cancelled already ends every sleep, also one of nothing") {
  canceller by;
  by.cancel(errc::cancelled);
  const wait_limit limit{.by = &by};
  EXPECT_EQ(sleep_for(limit, 1h).error(), errc::cancelled);
  EXPECT_EQ(sleep_for(limit, 0s).error(), errc::cancelled);
  EXPECT_EQ(sleep_until(limit, clock::time_point()).error(), errc::cancelled);
}

WEFT_TEST_WITH("T1.6", "in virtual time a bounded sleep ends exactly at the earlier of its two moments",
               .on = sim_only) {
  const clock::time_point start = clock::now();
  EXPECT_TRUE(sleep_for(weft::detail::within(2h), 1h));
  EXPECT_EQ(clock::now() - start, 1h);
  EXPECT_FALSE(sleep_for(weft::detail::within(1h), 2h));
  EXPECT_EQ(clock::now() - start, 2h);
}

WEFT_TEST_WITH("T1.6", "one cancel ends a thousand sleeps, of goroutines and of a thread", .seeds = 5) {
  const auto by = std::make_shared<canceller>();
  weft::wait_group all;
  for (int i = 0; i < 1000; ++i) {
    all.go([=] { EXPECT_EQ(sleep_for(wait_limit{.by = by.get()}, 10h).error(), errc::cancelled); });
  }
  partner other(party::thread, [=] { EXPECT_EQ(sleep_for(wait_limit{.by = by.get()}, 10h).error(), errc::cancelled); });
  until_waiting(1000);
  by->cancel(errc::cancelled);
  all.wait();
  other.join();
}

}  // namespace

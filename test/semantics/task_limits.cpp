// SPDX-License-Identifier: Apache-2.0
//
// Joins that may be given up.
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "party.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::errc;
using weft::spawn;
using weft::task;
using weft::detail::canceller;
using weft::detail::wait_limit;

WEFT_TEST("J4.1", "a join with a limit gives the result: a value, a reference, something that moves, or nothing") {
  int number = 5;
  EXPECT_EQ(spawn([] { return 7; }).join_for(1h).value(), 7);
  EXPECT_EQ(*spawn([] { return std::make_unique<int>(8); }).join_until(weft::clock::now() + 1h).value(), 8);
  EXPECT_EQ(&spawn([&]() -> int& { return number; }).join(wait_limit{}).value().get(), &number);
  EXPECT_EQ(&spawn([&]() -> const int& { return number; }).join_for(1h).value().get(), &number);
  bool ran = false;
  EXPECT_TRUE(spawn([&] { ran = true; }).join_for(1h));
  EXPECT_TRUE(ran);
}

WEFT_TEST("J4.1", "a join with a limit throws what has left the function") {
  task<int> failed = spawn([]() -> int { throw std::runtime_error("no"); });
  EXPECT_THROW(static_cast<void>(failed.join_for(1h)), std::runtime_error);
  EXPECT_FALSE(failed.joinable());
}

WEFT_TEST("J4.2", "who gives up may join again, with a limit or without") {
  const weft::chan<int> go_on;
  task<int> slow = spawn([=] { return *go_on.recv(); });
  EXPECT_EQ(slow.join_for(1ms).error(), errc::timed_out);
  EXPECT_TRUE(slow.joinable());
  EXPECT_EQ(slow.join_until(weft::clock::now()).error(), errc::timed_out);
  go_on.send(3);
  EXPECT_EQ(slow.join_for(1h).value(), 3);
  EXPECT_FALSE(slow.joinable());
}

WEFT_TEST("J4.2", "a join that is called off says so, and the function goes on") {
  canceller c;
  const weft::chan<int> go_on;
  task<int> slow = spawn([=] { return *go_on.recv(); });
  const pending joins([&] { EXPECT_EQ(slow.join(wait_limit{.by = &c}).error(), errc::cancelled); });
  EXPECT_TRUE(joins.waits());
  c.cancel(errc::cancelled);
  EXPECT_TRUE(joins.ended());
  EXPECT_EQ(slow.join(wait_limit{.by = &c}).error(), errc::cancelled) << "called off already";
  go_on.send(4);
  EXPECT_EQ(slow.join(), 4);
}

WEFT_TEST("J4.3", "an end that has come is enough when the time has passed, but not when the join was called off") {
  canceller c;
  c.cancel(errc::cancelled);
  task<int> t = spawn([] { return 1; });
  settle();
  EXPECT_EQ(t.join(wait_limit{.by = &c}).error(), errc::cancelled);
  EXPECT_EQ(t.join_for(0ms).value(), 1);
  task<void> endless = spawn([] { settle(); });
  EXPECT_EQ(endless.join_for(-1s).error(), errc::timed_out);
}

WEFT_TEST("J4.2", "a task that was given up is waited for when it is destroyed") {
  std::atomic<bool> ended = false;
  {
    task<void> slow = spawn([&] {
      weft::sleep_for(5ms);
      ended = true;
    });
    EXPECT_EQ(slow.join_for(1us).error(), errc::timed_out);
  }
  EXPECT_TRUE(ended);
}

WEFT_TEST_WITH("J4.2", "an end and a deadline at the same moment: the one or the other, and nothing is lost",
               .seeds = 50) {
  for (int i = 0; i < scaled(200); ++i) {
    task<int> t = spawn([i] {
      weft::sleep_for(std::chrono::microseconds(i % 7));
      return i;
    });
    weft::result<int> first = t.join_for(std::chrono::microseconds(i % 5));
    EXPECT_EQ(first ? *first : t.join(), i);
  }
}

WEFT_TEST("J4.1", "threads join within limits as goroutines do") {
  for (const party kind : all_parties) {
    const weft::chan<int> go_on;
    task<int> slow = spawn([=] { return *go_on.recv(); });
    partner other(kind, [&] {
      EXPECT_EQ(slow.join_for(1ms).error(), errc::timed_out);
      weft::go([=] { go_on.send(5); });
      EXPECT_EQ(slow.join(wait_limit{}).value(), 5);
    });
    other.join();
  }
}

}  // namespace

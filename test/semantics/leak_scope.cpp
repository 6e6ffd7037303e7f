// SPDX-License-Identifier: Apache-2.0
//
// weft::leak_scope: who was started and has not ended.
#include <chrono>
#include <string>
#include <thread>

#include "harness.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

namespace {

WEFT_TEST("D9.3", "a scope finds the goroutines that were started in it and have not ended, alike ones together") {
  const weft::chan<int> early;
  weft::go([=] { early.recv(); });
  const weft::leak_scope scope;
  const weft::chan<int> c;
  for (int i = 0; i < 5; ++i) weft::go({.label = "worker"}, [=] { c.recv(); });
  weft::go([=] { c.send(1); });
  weft::testing::settle();
  const std::vector<weft::leak> left = scope.find(5ms);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].count, 4u);
  EXPECT_EQ(left[0].state, "chan receive");
  EXPECT_EQ(left[0].label, "worker");
  EXPECT_NE(left[0].started_at.find("leak_scope.cpp:"), std::string::npos);
  EXPECT_NE(scope.leaks(0ms).find("and 3 more like it"), std::string::npos);
  c.close();
  early.close();
  EXPECT_EQ(scope.leaks(), "");
}

WEFT_TEST("D9.3", "a goroutine that is about to end is no leak") {
  const weft::leak_scope scope;
  const weft::chan<int> c;
  for (int i = 0; i < 10; ++i) {
    weft::go([=] {
      c.send(i);
      for (int n = 0; n < 20; ++n) weft::yield();
    });
  }
  for (int i = 0; i < 10; ++i) c.recv();
  EXPECT_EQ(scope.leaks(60s), "");
}

WEFT_TEST("D9.4", "goroutines with a label that is ignored are no leaks") {
  weft::leak_scope scope;
  scope.ignore("ticker");
  const weft::chan<int> c;
  weft::go({.label = "ticker"}, [=] { c.recv(); });
  EXPECT_EQ(scope.leaks(1ms), "");
  c.close();
}

WEFT_TEST_WITH("D9.3", "a foreign thread may look for leaks", .on = weft::test::sched_only) {
  const weft::chan<int> c;
  std::string during;
  std::string after;
  weft::blocking([&] {
    std::thread([&] {
      const weft::leak_scope scope;
      weft::go([=] { c.recv(); });
      during = scope.leaks(5ms);
      c.close();
      after = scope.leaks(60s);
    }).join();
  });
  EXPECT_NE(during.find("[chan receive"), std::string::npos);
  EXPECT_EQ(after, "");
}

}  // namespace

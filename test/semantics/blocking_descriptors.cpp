// SPDX-License-Identifier: Apache-2.0
//
// Waiting for descriptors.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "harness.hpp"
#include "pipe_pair.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::test::pipe_pair;

bool is_readable(const pipe_pair& p, std::chrono::nanoseconds limit = 60s) {
  return weft::wait_readable_for(limit, p.ends[0]).has_value();
}

WEFT_TEST_WITH("B3.1", "a goroutine that waits for a descriptor takes no thread: many wait on few workers",
               .on = weft::test::sched_only) {
  constexpr int count = 50;
  std::vector<std::unique_ptr<pipe_pair>> pipes;
  std::atomic<int> woken{0};
  weft::wait_group all;
  for (int i = 0; i < count; ++i) pipes.push_back(std::make_unique<pipe_pair>());
  for (const auto& p : pipes) {
    all.go([&woken, fd = p->ends[0]] {
      EXPECT_TRUE(weft::wait_readable(fd));
      ++woken;
    });
  }
  for (int i = 0; i < 10; ++i) weft::yield();
  for (const auto& p : pipes) p->write_one();
  all.wait();
  EXPECT_EQ(woken.load(), count);
}

WEFT_TEST("B3.2", "a wait for a descriptor ends at its deadline") {
  const pipe_pair p;
  const auto deadline = weft::clock::now() + 2ms;
  EXPECT_EQ(weft::wait_readable_until(deadline, p.ends[0]).error(), weft::errc::timed_out);
  EXPECT_GE(weft::clock::now(), deadline);
  p.write_one();
  EXPECT_TRUE(weft::wait_readable(p.ends[0]));
}

WEFT_TEST("B3.3", "a regular file is always ready") {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_TRUE(weft::wait_readable(fileno(file)));
  EXPECT_TRUE(weft::wait_writable(fileno(file)));
  std::fclose(file);
}

WEFT_TEST_WITH("B3.4", "an edge that comes after the deadline and before the goroutine goes on is kept",
               .on = weft::test::sched_only, .workers = {1}) {
  const pipe_pair p;
  weft::wait_group all;
  all.go([&p] {
    const bool late = !is_readable(p, 1ms);
    EXPECT_TRUE(!late || is_readable(p));
  });
  weft::yield();
  const auto start = weft::clock::now();
  while (weft::clock::now() - start < 2ms) continue;
  p.write_one();
  all.wait();
}

WEFT_TEST_WITH("B3.5", "a descriptor is looked at although every worker computes", .on = weft::test::sched_only) {
  const pipe_pair p;
  std::atomic<bool> served{false};
  weft::wait_group all;
  all.go([&] {
    EXPECT_TRUE(is_readable(p));
    served = true;
  });
  for (int i = 1; i < weft::gomaxprocs() && i < 4; ++i) {
    all.go([&served] {
      while (!served.load()) continue;
    });
  }
  weft::yield();
  p.write_one();
  while (!served.load()) continue;
  all.wait();
}

WEFT_TEST_WITH("B3.5",
               "a goroutine that begins to compute where descriptors were looked at all the time holds up nobody",
               .on = weft::test::sched_only) {
  const pipe_pair there;
  const pipe_pair back;
  std::atomic<bool> served{false};
  weft::wait_group all;
  all.go([&] {
    while (is_readable(there) && there.read_one() == 1 && !served) back.write_one();
    served = true;
  });
  for (const auto start = weft::clock::now(); weft::clock::now() - start < 20ms;) {  // the watchdog becomes calm
    there.write_one();
    EXPECT_TRUE(is_readable(back));
    EXPECT_EQ(back.read_one(), 1);
  }
  all.go([&] { served = true; });
  while (!served.load()) continue;
  there.write_one();
  all.wait();
}

WEFT_TEST_WITH("B3.6", "deadlines come while somebody waits for a descriptor that stays silent",
               .on = weft::test::sched_only) {
  const pipe_pair p;
  weft::wait_group all;
  all.go([&p] { EXPECT_TRUE(is_readable(p)); });
  weft::testing::settle();
  for (int i = 0; i < 30; ++i) {
    weft::wait_group brief;
    for (int n = 0; n < 2; ++n) brief.go([] { weft::yield(); });
    weft::sleep_for(200us);
    brief.wait();
  }
  p.write_one();
  all.wait();
}

WEFT_TEST_WITH("B3.11", "under sim, bytes arrive before time jumps, and while others run", .on = weft::test::sim_only,
               .seeds = 50) {
  const pipe_pair p;
  weft::wait_group all;
  const auto start = weft::clock::now();
  std::atomic<bool> served{false};
  all.go([&] {
    EXPECT_TRUE(is_readable(p, 1h));
    served = true;
  });
  weft::testing::settle();
  p.write_one();
  if (weft::detail::draw() % 2 == 0) {
    while (!served) weft::yield();
  } else {
    all.wait();
  }
  EXPECT_LT(weft::clock::now() - start, 1s);
  all.wait();
}

}  // namespace

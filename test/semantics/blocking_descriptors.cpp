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
using weft::detail::fd_wait;
using weft::detail::readiness;
using weft::test::pipe_pair;

fd_wait wait_readable(const pipe_pair& p, std::chrono::nanoseconds limit = 60s) {
  return weft::detail::wait_fd(p.ends[0], readiness::readable, weft::detail::now() + limit.count());
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
      EXPECT_EQ(weft::detail::wait_fd(fd, weft::detail::readiness::readable), weft::detail::fd_wait::ready);
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
  const auto deadline = weft::detail::now() + 2'000'000;
  EXPECT_EQ(weft::detail::wait_fd(p.ends[0], weft::detail::readiness::readable, deadline),
            weft::detail::fd_wait::timed_out);
  EXPECT_GE(weft::detail::now(), deadline);
  p.write_one();
  EXPECT_EQ(weft::detail::wait_fd(p.ends[0], weft::detail::readiness::readable), weft::detail::fd_wait::ready);
}

WEFT_TEST("B3.3", "a regular file is not waited for") {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(weft::detail::wait_fd(fileno(file), weft::detail::readiness::readable), weft::detail::fd_wait::unsupported);
  std::fclose(file);
}

WEFT_TEST_WITH("B3.4", "an edge that comes after the deadline and before the goroutine goes on is kept",
               .on = weft::test::sched_only, .workers = {1}) {
  const pipe_pair p;
  weft::wait_group all;
  all.go([&p] {
    const bool late = wait_readable(p, 1ms) == fd_wait::timed_out;
    EXPECT_TRUE(!late || wait_readable(p, 20s) == fd_wait::ready);
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
    EXPECT_EQ(wait_readable(p), fd_wait::ready);
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

WEFT_TEST_WITH("B3.6", "deadlines come while somebody waits for a descriptor that stays silent",
               .on = weft::test::sched_only) {
  const pipe_pair p;
  weft::wait_group all;
  all.go([&p] { EXPECT_EQ(wait_readable(p), fd_wait::ready); });
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

}  // namespace

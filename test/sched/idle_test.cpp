// SPDX-License-Identifier: Apache-2.0
//
// The idle protocol on real threads; test/model enumerates its interleavings.
#include "sched/idle.hpp"

#include <barrier>
#include <thread>

#include "harness.hpp"
#include "sched/run_queue.hpp"

namespace weft::test {
namespace {

WEFT_PLAIN_TEST("W4.3", "work published while a worker goes to sleep is seen by the one or the other") {
  constexpr int rounds = under_thread_sanitizer ? 2'000 : 20'000;
  detail::idle_word idle;
  detail::run_queue<int, int, 4> queue;
  bool wanted = false;
  bool seen = false;
  std::barrier begin(2);
  std::barrier end(2);
  std::thread publisher([&] {
    for (int i = 0; i < rounds; ++i) {
      begin.arrive_and_wait();
      static_cast<void>(queue.push_back(1));
      wanted = idle.worker_wanted();
      end.arrive_and_wait();
    }
  });
  int missed = 0;
  for (int i = 0; i < rounds; ++i) {
    begin.arrive_and_wait();
    idle.announce_idle(false);
    detail::heavy_fence();
    seen = queue.ring_size() != 0;
    end.arrive_and_wait();
    if (!wanted && !seen) ++missed;
    idle.leave_idle(false);
    static_cast<void>(queue.pop_front());
  }
  publisher.join();
  EXPECT_EQ(missed, 0);
}

WEFT_PLAIN_TEST("W4.3", "the idle word counts tokens and searchers apart") {
  detail::idle_word idle;
  EXPECT_FALSE(idle.worker_wanted());
  idle.add_idle(3);
  EXPECT_EQ(idle.idle(), 3u);
  EXPECT_TRUE(idle.worker_wanted());
  idle.leave_idle(true);
  EXPECT_EQ(idle.idle(), 2u);
  EXPECT_EQ(idle.searching(), 1u);
  EXPECT_FALSE(idle.worker_wanted());
  EXPECT_TRUE(idle.end_search());
  idle.begin_search();
  idle.announce_idle(true);
  EXPECT_EQ(idle.idle(), 3u);
  EXPECT_EQ(idle.searching(), 0u);
  idle.add_idle(-3);
  EXPECT_FALSE(idle.any_idle());
}

}  // namespace
}  // namespace weft::test

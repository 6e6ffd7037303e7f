// SPDX-License-Identifier: Apache-2.0
//
// The locks on threads that weft knows nothing of.
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "party.hpp"
#include "sync_limits.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;

WEFT_TEST_WITH("F2.8", "threads and goroutines share a shared_mutex, a condition, a semaphore and a barrier",
               .seeds = 5) {
  weft::shared_mutex s;
  weft::mutex m;
  weft::condition c;
  weft::semaphore units(2);
  weft::barrier b(4);
  int written = 0, turn = 0;
  std::atomic<int> held = 0;
  std::vector<partner> all;
  for (int g = 0; g < 4; ++g) {
    all.emplace_back(all_parties[static_cast<std::size_t>(g % 2)], [&, g] {
      for (int i = 0; i < 20; ++i) {
        {
          const std::scoped_lock hold(s);
          ++written;
        }
        {
          const std::shared_lock hold(s);
          EXPECT_GT(written, 0);
        }
        {
          const auto one = units.hold();
          EXPECT_LE(++held, 2);
          --held;
        }
        {
          std::unique_lock lock(m);
          c.wait(lock, [&] { return turn % 4 == g; });
          ++turn;
          c.notify_all();
        }
        b.arrive_and_wait();
      }
    });
  }
  all.clear();
  EXPECT_EQ(written, 80);
  EXPECT_EQ(turn, 80);
}

WEFT_TEST_WITH("F2.8", "the bounded waits of a thread end in the same three ways", .seeds = 5) {
  weft::mutex m;
  weft::semaphore units(0);
  caller_off ctx;
  std::atomic<int> stage = 0;
  m.lock();
  partner waits(party::thread, [&] {
    EXPECT_FALSE(m.try_lock_for(1ms));
    EXPECT_FALSE(units.try_acquire_for(1ms));
    stage = 1;
    EXPECT_EQ(how(units.acquire(ctx)), "cancelled");
    stage = 2;
    EXPECT_EQ(how(m.lock(weft::detail::wait_limit{})), "ok");
    m.unlock();
  });
  while (stage < 1) weft::sleep_for(1ms);
  ctx.cancel();
  while (stage < 2) weft::sleep_for(1ms);
  m.unlock();
  waits.join();
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// LL1: those who are busy and get nowhere are told about. Each program goes on until it is told.
#include <atomic>
#include <mutex>

#include "harness.hpp"
#include "weft/livelock.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

std::atomic<std::size_t> told{0};  // how many went round

/// Watches as long as it lives.
struct watching {
  watching() {
    told = 0;
    weft::on_livelock([](const weft::livelock_report& report) { told = report.parties(); });
    weft::watch_livelocks(30ms);
  }
  ~watching() {
    weft::watch_livelocks(0ms);
    weft::on_livelock(nullptr);
  }
  watching(const watching&) = delete;
  watching& operator=(const watching&) = delete;
};

}  // namespace

WEFT_TEST_WITH("LL1.1", "two who each keep a lock and try the other's are told about", .on = weft::test::sim_only,
               .seeds = 1) {
  const watching here;
  weft::mutex left, right;
  weft::barrier met(2);
  const auto keep = [&](weft::mutex& own, weft::mutex& other) {
    const std::scoped_lock first(own);
    met.arrive_and_wait();
    while (told == 0 && !other.try_lock()) weft::yield();
  };
  weft::wait_group both;
  both.go([&] { keep(left, right); });
  both.go([&] { keep(right, left); });
  both.wait();
  EXPECT_EQ(told, 2u);
}

WEFT_TEST_WITH("LL1.1", "two who give up their lock for each other, again and again, are told about", .seeds = 1,
               .workers = {1}) {
  const watching here;
  weft::mutex left, right;
  weft::barrier step(2);
  // They meet at the same pace, or one would get through.
  const auto meet = [&](weft::mutex& own, weft::mutex& other) {
    for (bool passed = false; !passed && told == 0;) {
      const std::scoped_lock first(own);
      step.arrive_and_wait();
      passed = other.try_lock();
      if (passed) other.unlock();
      step.arrive_and_wait();
    }
    step.arrive_and_drop();
  };
  weft::wait_group both;
  both.go([&] { meet(left, right); });
  both.go([&] { meet(right, left); });
  both.wait();
  EXPECT_EQ(told, 2u);
}

WEFT_TEST_WITH("LL1.1", "a sender and a receiver who both look without waiting are told about", .seeds = 1,
               .workers = {1}) {
  const watching here;
  weft::chan<int> c;
  weft::wait_group both;
  both.go([&] {
    while (told == 0) weft::select(weft::on_send(c, 1, [] {}), weft::otherwise([] { weft::yield(); }));
  });
  both.go([&] {
    while (told == 0) weft::select(weft::on_recv(c, [] {}), weft::otherwise([] { weft::yield(); }));
  });
  both.wait();
  EXPECT_EQ(told, 2u);
}

WEFT_TEST_WITH("LL1.1", "two who undo what the other has exchanged are told about", .seeds = 1, .workers = {1}) {
  const watching here;
  std::atomic<int> turn{0};
  const auto insist = [&](int mine) {
    while (told == 0) {
      int other = 1 - mine;
      turn.compare_exchange_strong(other, mine);
      weft::yield();
      if (turn == 2) break;
    }
  };
  weft::wait_group both;
  both.go([&] { insist(0); });
  both.go([&] { insist(1); });
  both.wait();
  EXPECT_EQ(told, 2u);
}

WEFT_TEST_WITH("LL1.1", "one who tries with a limit for what is never given is told about", .seeds = 1,
               .workers = {1}) {
  const watching here;
  weft::mutex kept;
  kept.lock();
  weft::wait_group one;
  one.go([&] {
    while (told == 0 && !kept.try_lock_for(1ms)) continue;
  });
  one.wait();
  kept.unlock();
  EXPECT_EQ(told, 1u);
}

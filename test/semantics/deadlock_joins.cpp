// SPDX-License-Identifier: Apache-2.0
//
// Circles through joins, which are listed only when they matter (completion.hpp), and through locks for readers. What
// is stuck here is freed by somebody else, who may unlock any lock (M1).
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "harness.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

std::atomic<int> reports{0};
std::atomic<std::size_t> parties{0};

/// Counts what is reported, as long as it lives.
struct counting {
  counting() {
    reports = 0;
    weft::on_deadlock([](const weft::deadlock_report& report) {
      parties = report.parties();
      ++reports;
    });
  }
  counting(const counting&) = delete;
  counting& operator=(const counting&) = delete;
  ~counting() { weft::on_deadlock(weft::deadlock_policy::by_proof); }
};

void wait_for_report() {
  for (int round = 0; round < 5000 && reports == 0; ++round) weft::sleep_for(std::chrono::milliseconds(1));
}

WEFT_TEST_WITH("D7.7", "joins are part of a circle, whether they begin before or after the wait that closes it",
               .workers = {1, 4}) {
  for (const bool joined_first : {true, false}) {
    const counting on;
    weft::mutex m;
    auto outer = weft::spawn([&] {
      m.lock();
      auto middle = weft::spawn([&] {
        auto inner = weft::spawn([&] {
          if (joined_first) weft::testing::settle();
          m.lock();
          m.unlock();
        });
        if (!joined_first) weft::testing::settle();
        inner.join();
      });
      middle.join();
    });
    wait_for_report();
    EXPECT_EQ(reports, 1);
    EXPECT_EQ(parties, 3u);
    m.unlock();
    outer.join();
    EXPECT_EQ(reports, 1);
  }
}

WEFT_TEST_WITH("D7.7", "a join that comes last, on one who joins, closes a circle", .workers = {1, 4}) {
  const counting on;
  weft::mutex m;
  weft::chan<weft::task<void>> handed(1);
  handed.send(weft::spawn([&] {
    auto below = weft::spawn([&] {
      weft::testing::settle();
      m.lock();
      m.unlock();
    });
    below.join();
  }));
  auto last = weft::spawn([&] {
    m.lock();
    weft::testing::settle();
    handed.recv()->join();
  });
  wait_for_report();
  EXPECT_EQ(reports, 1);
  m.unlock();
  last.join();
}

int count_leaves(int depth) {
  if (depth == 0) return 1;
  auto left = weft::spawn([=] { return count_leaves(depth - 1); });
  const int right = count_leaves(depth - 1);
  return left.join() + right;
}

WEFT_TEST_WITH("D7.5", "a tree of joins, with locks at its leaves, is no circle", .workers = {1, 4}) {
  const counting on;
  weft::mutex m;
  weft::wait_group all;
  for (int i = 0; i < 4; ++i) {
    all.go([&] {
      EXPECT_EQ(count_leaves(5), 32);
      auto locked = weft::spawn([&] {
        const std::scoped_lock hold(m);
        weft::yield();
      });
      locked.join();
    });
  }
  all.wait();
  EXPECT_EQ(reports, 0);
}

WEFT_TEST("D7.8", "a reader that waits behind a writer waits for it when it writes") {
  const counting on;
  weft::mutex m;
  weft::shared_mutex table;
  table.lock_shared();
  auto writer = weft::spawn([&] {
    table.lock();
    m.lock();  // the reader has it
    m.unlock();
    table.unlock();
  });
  weft::testing::settle();
  auto reader = weft::spawn([&] {
    m.lock();
    const std::shared_lock read(table);
  });
  weft::testing::settle();
  table.unlock_shared();
  wait_for_report();
  EXPECT_EQ(reports, 1);
  EXPECT_EQ(parties, 2u);
  m.unlock();
  writer.join();
  reader.join();
}

WEFT_TEST("D7.8", "a reader that was let in alone is known") {
  const counting on;
  weft::mutex m;
  weft::shared_mutex table;
  table.lock();
  auto reader = weft::spawn([&] {
    table.lock_shared();
    weft::testing::settle();
    m.lock();
    m.unlock();
    table.unlock_shared();
  });
  weft::testing::settle();
  table.unlock();
  auto writer = weft::spawn([&] {
    m.lock();
    const std::scoped_lock write(table);
  });
  wait_for_report();
  EXPECT_EQ(reports, 1);
  EXPECT_EQ(parties, 2u);
  m.unlock();
  reader.join();
  writer.join();
}

WEFT_TEST("D7.6", "a read lock that another gives back while it is waited for is a signal from then on") {
  const counting on;
  auto table = std::make_unique<weft::shared_mutex>();
  for (int round = 0; round < 3; ++round) {
    table->lock_shared();
    auto other = weft::spawn([&] {
      weft::testing::settle();
      table->unlock_shared();
    });
    const std::scoped_lock write(*table);
  }
  EXPECT_LE(reports, 1);
}

WEFT_TEST("D7.6", "however many locks are signals, others still make circles") {
  const counting on;
  constexpr std::size_t many = 100;
  auto signals = std::make_unique<std::array<weft::mutex, many>>();
  for (weft::mutex& each : *signals) {
    each.lock();
    auto other = weft::spawn([&] {
      weft::testing::settle();
      each.unlock();
    });
    each.lock();
    each.unlock();
    other.join();
  }
  reports = 0;
  weft::mutex m;
  auto twice = weft::spawn([&] {
    m.lock();
    m.lock();
    m.unlock();
  });
  wait_for_report();
  EXPECT_EQ(reports, 1);
  m.unlock();
  twice.join();
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// LL3: callbacks that do what they should not.
#include <mutex>

#include "watch.hpp"

using namespace weft::test;

namespace {

const weft::chan<weft::unit>* never = nullptr;  // until the test has seen enough

/// Two who each keep a lock and try the other's until so many reports are made.
void try_each_others(std::size_t until) {
  weft::mutex left, right;
  weft::barrier met(2);
  const auto insist = [&](weft::mutex& own, weft::mutex& other) {
    const std::scoped_lock hold(own);
    met.arrive_and_wait();
    while (reports < until) {
      EXPECT_FALSE(other.try_lock());
      step();
    }
    met.arrive_and_wait();
  };
  weft::wait_group both;
  both.go([&] { insist(left, right); });
  both.go([&] { insist(right, left); });
  both.wait();
}

}  // namespace

WEFT_TEST_WITH("LL3.3", "a callback that never returns keeps others for ten seconds", .on = sim_only, .seeds = 2) {
  const livelock_watch here;
  const weft::chan<weft::unit> enough;
  never = &enough;
  weft::on_livelock([](const weft::livelock_report&) {
    if (++reports == 1) never->recv();
  });
  const auto begun = weft::clock::now();
  weft::wait_group first;
  first.go([] { try_each_others(1); });
  while (reports == 0) step();
  try_each_others(2);
  const auto lasted = weft::clock::now() - begun;
  EXPECT_GE(lasted, 10s);
  EXPECT_LT(lasted, 11s);
  // That one is over, though the first is not.
  try_each_others(3);
  EXPECT_LT(weft::clock::now() - begun - lasted, 1s);
  enough.close();
  first.wait();
}

WEFT_TEST_WITH("LL1.3", "a channel in the place of one that was told of is told of", .seeds = 2) {
  const livelock_watch here;
  for (std::size_t i = 1; i <= 3; ++i) {
    weft::chan<int> c;
    weft::wait_group both;
    both.go([&] {
      while (reports < i) {
        EXPECT_FALSE(c.try_send(1));
        step();
      }
    });
    both.go([&] {
      while (reports < i) {
        EXPECT_FALSE(c.try_recv());
        step();
      }
    });
    both.wait();
  }
}

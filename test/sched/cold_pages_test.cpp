// SPDX-License-Identifier: Apache-2.0
//
// What a goroutine keeps that went deep and now waits. The memory comes back some time after the process has become
// idle: the test looks for it to happen, for at most half a minute.
#include <chrono>

#include "harness.hpp"
#include "memory_taken.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

constexpr int parties = 200;
constexpr int frame = 1024;

/// Touches some 160 KiB of stack, all of it on the way down. Where it reads is known only when it runs: otherwise a
/// compiler may keep of the array what is touched, and no more.
[[gnu::noinline]] int go_deep(int levels) {
  volatile char here[frame];
  for (int i = 0; i < frame; i += 64) here[i] = static_cast<char>(levels);
  return levels == 0 ? 0 : go_deep(levels - 1) + (here[levels / 64 * 64] == static_cast<char>(levels) ? 1 : 0);
}

double memory_after(double wanted) {
  double now = memory_taken();
  for (int patience = 300; now > wanted && patience > 0; --patience) {
    weft::sleep_for(100ms);
    now = memory_taken();
  }
  return now;
}

WEFT_PLAIN_TEST("S6.4", "the memory of a goroutine that went deep and then waits for long goes back to the system") {
  const auto body = [] {
    const weft::chan<int> gate, deep(parties);
    weft::chan<int> sums(parties);
    const double before = memory_taken();
    for (int i = 0; i < parties; ++i) {
      weft::go([=] {
        const int mine = go_deep(150);
        deep.send(mine);
        for (int more : gate) sums.send(mine + more + go_deep(more));
      });
    }
    for (int i = 0; i < parties; ++i) EXPECT_EQ(deep.recv(), 150);
    const double full = memory_taken();
    const double spent = full - before;
    const bool shadowed = weft::test::under_address_sanitizer || weft::test::under_thread_sanitizer;  // and that stays
    if (!shadowed) {
      EXPECT_GT(spent, parties * 150.0 * frame);
      EXPECT_LT(memory_after(before + spent / 3) - before, spent / 2) << "of " << spent << " bytes";
    }
    for (int i = 0; i < parties; ++i) gate.send(140);
    for (int i = 0; i < parties; ++i) EXPECT_EQ(sums.recv(), 150 + 140 + 140);
    gate.close();
  };
  EXPECT_EQ(0, weft::run(body, {.workers = 2, .drain = true}));
}

}  // namespace

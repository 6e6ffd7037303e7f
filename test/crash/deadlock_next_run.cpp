// SPDX-License-Identifier: Apache-2.0
// guarantee: D7.9
// sentence: what one run has left, locks and a report that never ended, does not change what the next one is told
// engines: both
// seconds: 60
// expect-exit: 0
// expect-stdout: ^the second main goes on$
// expect-stderr: ^weft: deadlock: goroutine [0-9]+ waits for mutex 0x[0-9a-f]+ held by itself, unless somebody else unlocks$
// expect-stderr-not: goroutine 1\b
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

/// Main leaves `kept` locked, and a goroutine is still busy with what it was told.
void first(weft::mutex& kept) {
  kept.lock();
  weft::on_deadlock([](const weft::deadlock_report&) { weft::chan<int>().recv(); });
  weft::go([] {
    auto* m = new weft::mutex;
    m->lock();
    m->lock();
  });
  weft::testing::settle();
  weft::on_deadlock(weft::deadlock_policy::by_proof);
}

/// Nobody has `kept`: that main waits for one who waits for it is no circle. The other one is.
void second(weft::mutex& kept) {
  weft::wait_group ended;
  ended.go([&] {
    kept.lock();
    kept.unlock();
  });
  weft::go([] {
    auto* m = new weft::mutex;
    m->lock();
    m->lock();
  });
  weft::go([&] {
    weft::testing::settle();
    kept.unlock();
  });
  ended.wait();
  std::puts("the second main goes on");
}

}  // namespace

int main() {
  static weft::mutex kept;
  weft::run([] { first(kept); });
  return weft::run([] { second(kept); });
}

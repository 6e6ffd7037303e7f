// SPDX-License-Identifier: Apache-2.0
//
// Settings that are no numbers, or too small, say nothing: 64 tries and a second.
//
// guarantee: LL1.5
// sentence: what cannot be the number of tries or the window is not heeded
// engines: both
// env: WEFT_DIAG=livelock,livelocktries=1,livelockafter=-5ms
// seconds: 60
// expect-output-exact:
//   after 63 tries and 1.1 s: not told
//   after more: told
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>

#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

std::atomic<bool> told{false};

void try_for_long(weft::mutex& wanted) {
  for (int i = 0; i < 63; ++i) {
    static_cast<void>(wanted.try_lock());
    weft::sleep_for(1100ms / 63);
  }
}

void try_until_told(weft::mutex& wanted) {
  while (!told) {
    static_cast<void>(wanted.try_lock());
    weft::sleep_for(1ms);
  }
}

}  // namespace

int main() {
  weft::on_livelock([](const weft::livelock_report&) { told = true; });
  return weft::run([] {
    weft::mutex left, right;
    weft::barrier met(2);
    const auto insist = [&](weft::mutex& own, weft::mutex& other) {
      const std::scoped_lock hold(own);
      met.arrive_and_wait();
      try_for_long(other);
      met.arrive_and_wait();
      if (&own == &left) std::printf("after 63 tries and 1.1 s: %s\n", told ? "told" : "not told");
      met.arrive_and_wait();
      try_until_told(other);
      met.arrive_and_wait();
      if (&own == &left) std::puts("after more: told");
    };
    weft::wait_group both;
    both.go([&] { insist(left, right); });
    both.go([&] { insist(right, left); });
    both.wait();
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// A run that ends in the middle of a report, whose callback waits for ever: in the next run livelocks are told of, by
// callbacks, without a delay. And a setting that is none.
//
// guarantee: LL1.5 LL3.3
// sentence: a report that never ends, because its run has ended, keeps nobody
// engines: both
// env: WEFT_DIAG=livelock,livelocktries=2,livelockafter=0
// seconds: 60
// expect-output-exact:
//   first: 2 goroutines
//   second: 2 goroutines, told at once
#include <chrono>
#include <cstdio>
#include <mutex>

#include "weft/weft.hpp"

namespace {

weft::chan<weft::unit>* told = nullptr;
bool returns = false;

void try_each_others() {
  weft::mutex left, right;
  weft::barrier met(2);
  const auto insist = [&](weft::mutex& own, weft::mutex& other) {
    const std::scoped_lock hold(own);
    for (int i = 0; i < 3; ++i) {
      met.arrive_and_wait();
      static_cast<void>(other.try_lock());
    }
    met.arrive_and_wait();
  };
  weft::wait_group both;
  both.go([&] { insist(left, right); });
  both.go([&] { insist(right, left); });
  both.wait();
}

}  // namespace

int main() {
  weft::on_livelock([](const weft::livelock_report& report) {
    std::printf("%s: %zu goroutines", returns ? "second" : "first", report.parties());
    if (returns) return;
    std::puts("");
    told->send({});
    weft::chan<int>().recv();
  });
  weft::run([] {
    weft::chan<weft::unit> here;
    told = &here;
    weft::go([] { try_each_others(); });
    here.recv();
  });
  returns = true;
  weft::run([] {
    const auto begun = weft::clock::now();
    try_each_others();
    std::puts(weft::clock::now() - begun < std::chrono::seconds(9) ? ", told at once" : ", late");
  });
}

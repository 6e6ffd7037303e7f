// SPDX-License-Identifier: Apache-2.0
//
// Programs that are told of after five tries, however soon these are over: nothing here depends on time.
//
// guarantee: LL1.5 LL2.4 LL3.3
// sentence: five tries are enough, and four are not, if five are asked for
// engines: both
// env: WEFT_DIAG=livelock,livelocktries=5,livelockafter=0
// env: GOMAXPROCS=1
// expect-exit: 0
// expect-output-exact:
//   four tries: 0 reports
//   five tries: 1 reports
//   one after the other: 0 reports
//   who has just been given a mutex: 0 reports
//   who has just been given a unit: 0 reports
//   who has just been let in to read: 0 reports
//   who has waited for nothing: 0 reports
//   another way round the circle: 1 reports
//   the nearest way round: 1 reports, 2 goroutines
//   twenty who read and want to write: 1 reports, 20 goroutines
//   from within a report: 0 reports
//   after it: 1 reports
#include <cstdio>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

int reports = 0;
std::size_t parties = 0;
void (*within)() = nullptr;  // is called within a report

void count(const weft::livelock_report& report) {
  ++reports;
  parties = report.parties();
  if (within != nullptr) within();
}

void show(const char* what) {
  std::printf("%s: %d reports\n", what, reports);
  reports = 0;
}

template <class Lock>
void try_often(Lock& lock, int times) {
  for (int i = 0; i < times; ++i) {
    if (lock.try_lock()) lock.unlock();
  }
}

/// Two who have a lock each try the other's.
void try_each_others(int times, bool one_after_the_other = false) {
  weft::mutex left, right;
  weft::barrier met(2);
  const auto walk = [&](weft::mutex& own, weft::mutex& other, bool first) {
    const std::scoped_lock hold(own);
    met.arrive_and_wait();
    for (int i = 0; i < times; ++i) {
      if (!one_after_the_other) met.arrive_and_wait();
      if (first || !one_after_the_other) try_often(other, 1);
    }
    met.arrive_and_wait();
    if (!first && one_after_the_other) try_often(other, times);
    met.arrive_and_wait();
  };
  weft::wait_group both;
  both.go([&] { walk(left, right, true); });
  both.go([&] { walk(right, left, false); });
  both.wait();
}

/// One gives back what another, who has a lock, waits for, and tries for that lock at once, before the other has run.
template <class Take, class Give>
void try_when_given(Take take, Give give) {
  weft::mutex kept;
  weft::wait_group other;
  take();
  other.go([&] {
    const std::scoped_lock hold(kept);
    take();
    give();
  });
  weft::testing::settle();
  give();
  try_often(kept, 5);
  other.wait();
}

/// A wait for no units, which has ended, is none.
void wait_for_nothing() {
  weft::semaphore units(2);
  weft::mutex kept;
  weft::chan<weft::unit> over;
  weft::wait_group others;
  const auto give_up = weft::with_cancel(weft::background());
  units.acquire();
  others.go([&] { static_cast<void>(units.acquire(give_up, 2)); });
  weft::testing::settle();
  others.go([&] {
    const std::scoped_lock hold(kept);
    units.acquire(0);
    over.recv();
  });
  weft::testing::settle();
  give_up.cancel();
  weft::testing::settle();
  try_often(kept, 5);
  over.send({});
  others.wait();
}

/// Each of two wants another's lock besides, in a circle of their own that leads away: the way back is found.
void try_several() {
  weft::mutex own[4];
  weft::barrier met(4);
  weft::wait_group all;
  const auto try_for = [&](int me, std::initializer_list<int> wanted) {
    const std::scoped_lock hold(own[me]);
    for (int i = 0; i < 4; ++i) {
      for (const int each : wanted) {
        met.arrive_and_wait();
        if (each >= 0) try_often(own[each], 1);
      }
    }
    // The fifth: only 0 and 1, at what they have of each other's.
    met.arrive_and_wait();
    for (const int each : wanted) {
      if (me >= 2 && each >= 0) try_often(own[each], 1);
    }
    met.arrive_and_wait();
    if (me == 3) reports = 0;  // 2 and 3 have been told of
    met.arrive_and_wait();
    if (me == 0) try_often(own[2], 1);
    met.arrive_and_wait();
    if (me == 1) try_often(own[3], 1);
    met.arrive_and_wait();
    if (me == 0) try_often(own[1], 1);
    met.arrive_and_wait();
    if (me == 1) try_often(own[0], 1);
    met.arrive_and_wait();
  };
  all.go([&] { try_for(0, {1, 2}); });
  all.go([&] { try_for(1, {0, 3}); });
  all.go([&] { try_for(2, {3, -1}); });
  all.go([&] { try_for(3, {2, -1}); });
  all.wait();
}

/// One that is stood against by the first and by one it goes round with: the circle with the first is told of.
void try_nearest() {
  weft::mutex of_first, of_second, of_third[3];
  weft::barrier met(3);
  weft::wait_group all;
  all.go([&] {
    const std::scoped_lock hold(of_first);
    met.arrive_and_wait();
    try_often(of_second, 1);
    met.arrive_and_wait();
    met.arrive_and_wait();
    reports = 0;  // the second and the third have been told of
    try_often(of_second, 4);
    met.arrive_and_wait();
  });
  all.go([&] {
    const std::scoped_lock hold(of_second);
    met.arrive_and_wait();
    met.arrive_and_wait();
    try_often(of_first, 5);
    for (weft::mutex& each : of_third) try_often(each, 5);
    met.arrive_and_wait();
    met.arrive_and_wait();
  });
  all.go([&] {
    const std::scoped_lock hold(of_third[0], of_third[1], of_third[2]);
    met.arrive_and_wait();
    try_often(of_second, 5);
    met.arrive_and_wait();
    met.arrive_and_wait();
    met.arrive_and_wait();
  });
  all.wait();
}

void upgrade(int readers) {
  weft::shared_mutex m;
  weft::barrier met(readers);
  weft::wait_group all;
  for (int i = 0; i < readers; ++i) {
    all.go([&] {
      const std::shared_lock read(m);
      for (int round = 0; round < 5; ++round) {
        met.arrive_and_wait();
        try_often(m, 1);
      }
      met.arrive_and_wait();
    });
  }
  all.wait();
}

/// One who reports of itself and a second, and tries in its callback for what a third has, who tries for what it has.
struct teller {
  weft::mutex left, right, of_teller, of_third;
  weft::barrier<> with_second{2}, with_third{2};
  weft::wait_group all;

  /// The one after the other has tried, each time.
  static void try_in_turn(weft::barrier<>& met, weft::mutex& wanted, bool first) {
    for (int i = 0; i < 5; ++i) {
      if (!first) met.arrive_and_wait();
      try_often(wanted, 1);
      if (first) met.arrive_and_wait();
      met.arrive_and_wait();
    }
  }

  void tell() {
    const std::scoped_lock hold(left, of_teller);
    with_second.arrive_and_wait();
    try_in_turn(with_second, right, false);
    reports = 0;
    try_in_turn(with_third, of_third, false);
  }

  void be_second() {
    const std::scoped_lock hold(right);
    with_second.arrive_and_wait();
    try_in_turn(with_second, left, true);
  }

  void be_third() {
    const std::scoped_lock hold(of_third);
    for (int i = 0; i < 2; ++i) try_in_turn(with_third, of_teller, true);
  }
};

teller* it = nullptr;

void report_within() {
  teller here;
  it = &here;
  within = [] {
    within = nullptr;
    reports = 0;
    it->all.go([] { it->be_third(); });
    it->try_in_turn(it->with_third, it->of_third, false);
    show("from within a report");
  };
  here.all.go([&] { here.tell(); });
  here.all.go([&] { here.be_second(); });
  here.all.wait();
}

}  // namespace

int main() {
  return weft::run([] {
    weft::on_livelock(count);
    try_each_others(4);
    show("four tries");
    try_each_others(5);
    show("five tries");
    try_each_others(5, true);
    show("one after the other");
    weft::mutex m;
    try_when_given([&] { m.lock(); }, [&] { m.unlock(); });
    show("who has just been given a mutex");
    weft::semaphore units(1);
    try_when_given([&] { units.acquire(); }, [&] { units.release(); });
    show("who has just been given a unit");
    weft::shared_mutex s;
    bool reads = false;
    try_when_given(
        [&] {
          reads ? s.lock_shared() : s.lock();
          reads = true;
        },
        [&, written = false]() mutable { std::exchange(written, true) ? s.unlock_shared() : s.unlock(); });
    show("who has just been let in to read");
    wait_for_nothing();
    show("who has waited for nothing");
    try_several();
    show("another way round the circle");
    try_nearest();
    std::printf("the nearest way round: %d reports, %zu goroutines\n", std::exchange(reports, 0), parties);
    upgrade(20);
    std::printf("twenty who read and want to write: %d reports, %zu goroutines\n", std::exchange(reports, 0), parties);
    report_within();
    show("after it");
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// LL2: programs that are busy and get on are told nothing about. Each goes on for several windows.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <vector>

#include "harness.hpp"
#include "weft/livelock.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

std::atomic<std::size_t> told{0};
std::int64_t began;  // when the program did
std::int64_t counted_globally;

std::int64_t time_now() { return weft::clock::now().time_since_epoch().count(); }

/// A moment of the past and no number that counts: it helps nobody to be told from one who goes round in circles.
bool time_is_up() { return time_now() - began > 100'000'000; }

/// Watches as long as it lives, and sees that nothing is told.
struct watching {
  watching() {
    told = 0;
    began = time_now();
    weft::on_livelock([](const weft::livelock_report& report) { told = report.parties(); });
    weft::watch_livelocks(20ms);
  }
  ~watching() {
    weft::watch_livelocks(0ms);
    weft::on_livelock(nullptr);
    EXPECT_EQ(told, 0u);
  }
  watching(const watching&) = delete;
  watching& operator=(const watching&) = delete;
};

}  // namespace

WEFT_TEST_WITH("LL2.1", "who computes and yields goes round in no circle", .seeds = 1, .workers = {1}) {
  const watching here;
  weft::spawn([] {
    std::uint64_t product = 1;
    while (!time_is_up()) {
      product = product * 6364136223846793005u + 1;
      weft::yield();
    }
    EXPECT_NE(product, 0u);
  }).join();
}

WEFT_TEST_WITH("LL2.1", "who looks whether to stop, and counts somewhere else, goes round in no circle",
               .on = weft::test::sched_only, .workers = {1}) {
  const watching here;
  weft::chan<weft::unit> stop;
  auto counters = std::make_unique<std::vector<std::uint64_t>>(1);
  weft::wait_group all;
  all.go([&] {
    while (!time_is_up()) {
      ++(*counters)[0];
      weft::select(weft::on_recv(stop, [] {}), weft::otherwise([] { weft::yield(); }));
    }
  });
  all.wait();
  EXPECT_GT((*counters)[0], 0u);
}

WEFT_TEST_WITH("LL2.1", "who counts in a global variable goes round in no circle", .seeds = 1, .workers = {1}) {
  const watching here;
  weft::spawn([] {
    for (; !time_is_up(); ++counted_globally) weft::yield();
  }).join();
}

WEFT_TEST_WITH("LL2.1", "two who send each other numbers go round in no circle", .seeds = 1, .workers = {1}) {
  const watching here;
  weft::chan<int> there, back;
  weft::go([=] {
    for (const int number : there) back.send(number + 1);
    back.close();
  });
  int number = 0;
  while (!time_is_up()) {
    there.send(number);
    number = *back.recv();
  }
  there.close();
  EXPECT_EQ(back.recv(), std::nullopt);
}

WEFT_TEST_WITH("LL2.1", "who polls for the progress of another goes round in no circle", .on = weft::test::sched_only,
               .workers = {1}) {
  const watching here;
  std::atomic<int> progress{0};
  weft::wait_group all;
  all.go([&] {
    while (!time_is_up()) {
      weft::sleep_for(1ms);
      ++progress;
    }
    progress = -1;
  });
  all.go([&] {
    while (progress >= 0) weft::yield();
  });
  all.wait();
}

WEFT_TEST_WITH("LL2.1", "those who compute a grid step by step go round in no circle", .on = weft::test::sched_only,
               .workers = {1}) {
  const watching here;
  std::vector<double> grid(64, 0.0);
  grid[0] = 1e6;
  weft::barrier step(2);
  std::atomic<bool> over{false};
  weft::wait_group all;
  for (std::size_t half = 0; half < 2; ++half) {
    all.go([&, half] {
      while (!over) {
        step.arrive_and_wait();
        for (std::size_t i = 1 + half * 31; i < 32 + half * 31; ++i) {
          grid[i] += (grid[i - 1] - grid[i]) * 1e-4;
          if (i == 31) step.arrive_and_wait();
        }
        if (half == 1) step.arrive_and_wait();
        if (half == 0 && time_is_up()) over = true;
        step.arrive_and_wait();
      }
    });
  }
  all.wait();
}

WEFT_TEST_WITH("LL2.1", "a server and its client go round in no circle", .seeds = 1, .workers = {1}) {
  const watching here;
  struct request {
    int what;
    weft::chan<int> answer;
  };
  weft::chan<request> requests(4);
  std::map<int, int> served;
  weft::wait_group all;
  all.go([&] {
    for (const request& each : requests) each.answer.send(++served[each.what % 16]);
  });
  weft::chan<int> answer;
  for (int i = 0; !time_is_up(); ++i) {
    requests.send({i, answer});
    answer.recv();
  }
  requests.close();
  all.wait();
}

WEFT_TEST_WITH("LL2.1", "who starts goroutines goes round in no circle", .seeds = 1, .workers = {1}) {
  const watching here;
  while (!time_is_up()) weft::spawn([] { weft::yield(); }).join();
}

WEFT_TEST_WITH("LL2.1", "two who try for one lock and get it now and then go round in no circle",
               .on = weft::test::sched_only, .workers = {1}) {
  const watching here;
  weft::mutex m;
  std::vector<int> entries;
  weft::wait_group all;
  for (int i = 0; i < 2; ++i) {
    all.go([&, i] {
      while (!time_is_up()) {
        if (m.try_lock()) {
          entries.push_back(i);
          weft::yield();
          m.unlock();
        }
        weft::yield();
      }
    });
  }
  all.wait();
}

WEFT_TEST_WITH("LL2.2", "who waits for a moment, however busily, goes round in no circle", .on = weft::test::sched_only,
               .workers = {1}) {
  const watching here;
  const auto until = weft::clock::now() + 300ms;
  while (weft::clock::now() < until) weft::yield();
}

WEFT_TEST_WITH("LL2.2", "who polls until another has slept enough goes round in no circle",
               .on = weft::test::sched_only, .workers = {1}) {
  const watching here;
  std::atomic<bool> stop{false};
  weft::wait_group all;
  all.go([&] {
    while (!stop) weft::yield();
  });
  weft::sleep_for(100ms);
  stop = true;
  all.wait();
}

WEFT_TEST_WITH("LL2.2", "who polls until another gives up a wait goes round in no circle", .on = weft::test::sched_only,
               .workers = {1}) {
  const watching here;
  std::atomic<bool> stop{false};
  weft::chan<int> never;
  weft::wait_group all;
  all.go([&] {
    while (!stop) weft::yield();
  });
  EXPECT_FALSE(never.recv_for(100ms).has_value());
  stop = true;
  all.wait();
}

WEFT_TEST_WITH("LL2.3", "who writes the same again and again goes round in no circle", .on = weft::test::sched_only,
               .workers = {1}) {
  const watching here;
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  while (!time_is_up()) {
    EXPECT_EQ(write(nowhere, "beat\n", 5), 5);
    weft::yield();
  }
  close(nowhere);
}

// SPDX-License-Identifier: Apache-2.0
//
// That no goroutine holds up the others: hot loops, hot channels, hot timers, tight loops without a call. Times are
// measured and printed; the bounds leave room for a machine that is busy with other things.
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using weft::chan;
using weft::unit;

constexpr int slowness = weft::test::under_thread_sanitizer || weft::test::under_address_sanitizer ? 10 : 1;
constexpr auto bound = 200ms * slowness;

void report(const char* what, steady_clock::duration took) {
  std::printf("  %s: %.2f ms with %d workers\n", what, std::chrono::duration<double, std::milli>(took).count(),
              weft::gomaxprocs());
}

/// Two goroutines that keep a channel hot until `stop` is closed.
void keep_hot(weft::wait_group& all, const chan<unit>& stop, const chan<int>& ball) {
  for (int i = 0; i < 2; ++i) {
    all.go([=] {
      bool over = false;
      while (!over) {
        weft::select(weft::on_recv(stop, [&over](std::optional<unit>) { over = true; }),
                     weft::on_recv(ball, [=](std::optional<int> n) {
                       weft::select(weft::on_send(ball, *n + 1), weft::on_recv(stop));
                     }));
      }
    });
  }
  weft::select(weft::on_send(ball, 0), weft::on_recv(stop));
}

WEFT_TEST_WITH("Y1.1", "a timer of 20 ms fires while goroutines keep a channel and a select hot",
               .on = weft::test::sched_only) {
  weft::wait_group all;
  const chan<unit> stop;
  keep_hot(all, stop, chan<int>());
  keep_hot(all, stop, chan<int>());
  const auto start = steady_clock::now();
  weft::after(20ms).recv();
  const auto took = steady_clock::now() - start;
  stop.close();
  all.wait();
  report("20 ms timer beside hot channels", took);
  EXPECT_GE(took, 20ms);
  EXPECT_LT(took, 20ms + bound);
}

WEFT_TEST_WITH("Y1.1", "a timer of 20 ms fires while goroutines make short blocking calls without a pause",
               .on = weft::test::sched_only) {
  weft::wait_group all;
  std::atomic<bool> stop{false};
  for (int i = 0; i < 3; ++i) {
    all.go([&stop] {
      while (!stop) weft::blocking([] { usleep(10); });
    });
  }
  const auto start = steady_clock::now();
  weft::after(20ms).recv();
  const auto took = steady_clock::now() - start;
  stop = true;
  all.wait();
  report("20 ms timer beside blocking calls", took);
  EXPECT_LT(took, 20ms + bound);
}

WEFT_TEST_WITH("Y1.1", "a timer of 20 ms fires while goroutines do nothing but yield", .on = weft::test::sched_only) {
  weft::wait_group all;
  std::atomic<bool> stop{false};
  for (int i = 0; i < 3; ++i) {
    all.go([&stop] {
      while (!stop) weft::yield();
    });
  }
  const auto start = steady_clock::now();
  weft::sleep_for(20ms);
  const auto took = steady_clock::now() - start;
  stop = true;
  all.wait();
  report("20 ms sleep beside yields", took);
  EXPECT_LT(took, 20ms + bound);
}

WEFT_TEST_WITH("Y1.1", "under sim, too, time goes on though somebody can always run", .on = weft::test::sim_only,
               .seeds = 3) {
  weft::wait_group all;
  std::atomic<bool> stop{false};
  all.go([&stop] {
    while (!stop) weft::yield();
  });
  weft::sleep_for(1ms);
  stop = true;
  all.wait();
}

WEFT_TEST_WITH("Y1.2", "a short timer that starts another goroutine each time does not starve the rest",
               .on = weft::test::sched_only, .workers = {1, 2}) {
  std::atomic<bool> stop{false};
  weft::wait_group all;
  all.go([&] {
    while (!stop) {
      weft::sleep_for(1us);
      all.go([] {});
    }
  });
  std::array<chan<unit>, 2> c;
  all.go([=] {
    for (int i = 0; i < 100; ++i) {
      c[0].send({});
      c[1].recv();
    }
  });
  for (int i = 0; i < 100; ++i) {
    c[0].recv();
    c[1].send({});
  }
  stop = true;
  all.wait();
}

/// Starts 100 goroutines that each take a few turns, keeps the only worker busy in `hold`, and returns how long it took
/// until they all had ended. `hold` returns when `ended` is 100.
template <class F>
steady_clock::duration others_beside(F hold) {
  std::atomic<int> ended{0};
  std::atomic<std::int64_t> last{0};
  weft::wait_group all;
  for (int i = 0; i < 100; ++i) {
    all.go([&] {
      for (int n = 0; n < 3; ++n) weft::yield();
      if (++ended == 100) last = steady_clock::now().time_since_epoch().count();
    });
  }
  const auto start = steady_clock::now();
  hold(ended);
  all.wait();
  return steady_clock::time_point(steady_clock::duration(last.load())) - start;
}

WEFT_TEST_WITH("Y6.1", "at GOMAXPROCS=1 a hundred goroutines end while another computes without a call",
               .on = weft::test::sched_only, .workers = {1}) {
  for (int i = 0; i < 5; ++i) {
    const auto took = others_beside([](const std::atomic<int>& ended) {
      while (ended.load() != 100) continue;
    });
    report("100 others beside a tight loop", took);
    EXPECT_LT(took, bound);
  }
}

WEFT_TEST_WITH("Y6.2 B1.1", "at GOMAXPROCS=1 a hundred goroutines end while another sits in a libc read",
               .on = weft::test::sched_only, .workers = {1}) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  for (int i = 0; i < 5; ++i) {
    const auto took = others_beside([&ends](const std::atomic<int>& ended) {
      weft::go([&ends, &ended] {
        while (ended.load() != 100) weft::yield();
        EXPECT_EQ(write(ends[1], "x", 1), 1);
      });
      char byte = 0;
      EXPECT_EQ(read(ends[0], &byte, 1), 1);  // blocks the thread; nobody told weft
    });
    report("100 others beside a libc read", took);
    EXPECT_LT(took, bound);
  }
  close(ends[0]);
  close(ends[1]);
}

WEFT_TEST_WITH("Y6.1", "as many tight loops as there are workers do not block the others",
               .on = weft::test::sched_only) {
  const int workers = weft::gomaxprocs();
  if (workers > 4) return;
  std::atomic<int> ended{0};
  weft::wait_group all;
  for (int i = 0; i < workers; ++i) {
    all.go([&ended] {
      while (ended.load() != 20) continue;
    });
  }
  for (int i = 0; i < 20; ++i) all.go([&ended] { ++ended; });
  all.wait();
}

/// Keeps a pair of goroutines bouncing a token; each counts to `burst` before it throws it back.
void bounce(weft::wait_group& all, const chan<unit>& stop, std::int64_t burst, std::atomic<std::int64_t>& total) {
  const chan<unit> token;
  for (int i = 0; i < 2; ++i) {
    all.go([=, &total] {
      bool over = false;
      while (!over) {
        weft::select(weft::on_recv(stop, [&over] { over = true; }), weft::on_recv(token, [=, &total] {
                       for (std::int64_t n = 0; n < burst; ++n) asm volatile("");
                       total += burst;
                       weft::select(weft::on_send(token, unit{}), weft::on_recv(stop));
                     }));
      }
    });
  }
  weft::go([=] { weft::select(weft::on_send(token, unit{}), weft::on_recv(stop)); });
}

WEFT_TEST_WITH("Y1.3",
               "at GOMAXPROCS=1 a pair that computes long between messages and a pair that does not share alike",
               .on = weft::test::sched_only, .workers = {1}) {
  if (slowness > 1) return;  // instrumentation changes what a burst costs
  if (weft::test::under_forced_migration) return;
  weft::wait_group all;
  const chan<unit> stop;
  std::atomic<std::int64_t> hog{0};
  std::atomic<std::int64_t> light{0};
  bounce(all, stop, 1'000'000, hog);
  bounce(all, stop, 1'000, light);
  weft::sleep_for(200ms);
  stop.close();
  all.wait();
  const double ratio = static_cast<double>(hog) / static_cast<double>(light.load() + 1);
  std::printf("  work of the hogs / work of the light pair: %.2f\n", ratio);
  EXPECT_LT(ratio, 20);
  EXPECT_GT(ratio, 1.0 / 20);
}

WEFT_TEST_WITH("Y1.4", "who rested has a whole slice", .on = weft::test::sched_only, .workers = {1}) {
  if (weft::test::under_forced_migration) return;
  int told = 0;
  for (int attempt = 0; attempt < 50 && told < 5; ++attempt) {
    std::atomic<int> turns{0};
    std::atomic<bool> over{false};
    const auto due = weft::clock::now() + 5ms;
    weft::sleep_until(due);
    auto waits = weft::spawn([&] {
      for (; !over; weft::yield()) ++turns;
    });
    while (weft::clock::now() < due + 4ms) {
      const chan<unit> ended;
      weft::go([ended] { ended.send({}); });
      ended.recv();
    }
    const int early = turns;
    if (weft::clock::now() < due + 9ms) {  // else the machine was busy with others for long
      ++told;
      EXPECT_EQ(early, 0);
    }
    over = true;
    waits.join();
  }
}

WEFT_TEST_WITH("Y4", "eight goroutines that make short blocking calls on two workers all start and all stop",
               .on = weft::test::sched_only, .workers = {1, 2}) {
  for (const unsigned microseconds : {10u, 100u, 1000u}) {
    std::atomic<bool> stop{false};
    std::atomic<int> started{0};
    weft::wait_group all;
    const auto start = steady_clock::now();
    for (int i = 0; i < 8; ++i) {
      all.go([&, microseconds] {
        ++started;
        while (!stop) {
          weft::blocking([microseconds] {
            const auto until = steady_clock::now() + std::chrono::microseconds(microseconds);
            while (steady_clock::now() < until) continue;
          });
        }
      });
    }
    while (started.load() != 8) weft::yield();
    stop = true;
    all.wait();
    report(("calls of " + std::to_string(microseconds) + " us: start and stop of eight").c_str(),
           steady_clock::now() - start);
    EXPECT_LT(steady_clock::now() - start, 5s);
  }
}

}  // namespace

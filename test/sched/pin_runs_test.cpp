// SPDX-License-Identifier: Apache-2.0
//
// Pinned goroutines at the ends of runs: what they leave must harm nobody.
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::chan;

void compute_for(std::chrono::nanoseconds d) {
  const auto end = std::chrono::steady_clock::now() + d;
  while (std::chrono::steady_clock::now() < end) continue;
}

/// Outlives the goroutines that are left behind.
template <class T>
T& left_behind(T* object) {
  static std::vector<std::shared_ptr<void>> all;
  all.push_back(std::shared_ptr<T>(object));
  return *object;
}

WEFT_PLAIN_TEST("W9.4", "a run may end at any moment in the lives of goroutines that pin themselves again and again") {
  auto& beats = left_behind(new std::atomic<int>{0});
  for (int round = 0; round < 60; ++round) {
    weft::run([&beats] {
      for (int g = 0; g < 3; ++g) {
        weft::go([&beats] {
          for (;;) {
            compute_for(100us);
            const weft::pin here;
            compute_for(100us);
            ++beats;
            weft::yield();
          }
        });
      }
      weft::sleep_for(1ms);
    });
    const int then = beats;
    std::this_thread::sleep_for(1ms);
    EXPECT_LE(beats, then + 3) << "a goroutine goes on after its run";
  }
}

WEFT_PLAIN_TEST("W9.4", "a pinned goroutine that blocks when its run is over leaves nothing locked") {
  struct shared_state {
    chan<int> c{1};
    weft::mutex m;
    std::atomic<int> pinned{0};
    std::atomic<bool> over{false};
  };
  auto& s = left_behind(new shared_state);
  weft::run([&s] {
    s.m.lock();
    weft::go([&s] {
      const weft::pin here;
      ++s.pinned;
      while (!s.over) continue;
      s.c.recv();
    });
    weft::go([&s] {
      const weft::pin here;
      ++s.pinned;
      while (!s.over) continue;
      s.m.lock();
    });
    while (s.pinned != 2) weft::yield();
  });
  s.over = true;
  std::this_thread::sleep_for(5ms);
  weft::run([&s] {
    const chan<int> copy = s.c;
    weft::go([copy] { static_cast<void>(copy.try_send(8)); });
    weft::sleep_for(1ms);
    static_cast<void>(s.c.try_recv());
    s.m.unlock();
  });
}

WEFT_PLAIN_TEST("W9.4", "descriptors for which a pinned goroutine waited are free for the next run") {
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  ASSERT_GE(fd, 0);
  weft::run([fd] {
    std::atomic<bool> pinned{false};
    weft::go([fd, &pinned] {
      const weft::pin here;
      pinned = true;
      static_cast<void>(weft::wait_readable(fd));
    });
    while (!pinned) weft::yield();
    weft::sleep_for(5ms);
  });
  weft::run([fd] { EXPECT_EQ(weft::wait_readable_for(1ms, fd).error(), weft::errc::timed_out); });
  close(fd);
}

WEFT_PLAIN_TEST("W9.4", "a goroutine that was held up beside its worker is gone with its run, and the run ends soon") {
  auto& beats = left_behind(new std::atomic<long>{0});
  auto& stop = left_behind(new std::atomic<bool>{false});
  for (int round = 0; round < 3; ++round) {
    stop = false;
    weft::run(
        [&] {
          const weft::pin here;
          weft::go([&] {
            while (!stop) continue;
            for (;;) {
              ++beats;
              weft::yield();
            }
          });
          weft::go([] {
            for (;;) {
              compute_for(1ms);
              weft::yield();
            }
          });
          weft::sleep_for(40ms);
        },
        {.workers = 1});
    stop = true;
    std::this_thread::sleep_for(2ms);
    EXPECT_LE(beats, round + 1);
  }
}

WEFT_PLAIN_TEST("W9.3", "main begins on the calling thread though goroutines exist already") {
  const auto caller = std::this_thread::get_id();
  for (int round = 0; round < 20; ++round) {
    weft::run([caller] {
      const weft::pin here;
      EXPECT_EQ(std::this_thread::get_id(), caller);
      for (int i = 0; i < 8; ++i) weft::go([] { weft::yield(); });
      weft::yield();
    });
  }
}

}  // namespace

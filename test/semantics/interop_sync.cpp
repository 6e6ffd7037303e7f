// SPDX-License-Identifier: Apache-2.0
//
// Threads that weft knows nothing of lock, wait, join, sleep and start goroutines.
#include <chrono>
#include <mutex>
#include <vector>

#include "party.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::chan;

WEFT_TEST_WITH("F2.1", "a mutex excludes threads and goroutines from each other", .seeds = 5) {
  weft::mutex m;
  int counter = 0;
  {
    std::vector<partner> all;
    for (std::size_t i = 0; i < 6; ++i) {
      all.emplace_back(all_parties[i % 2], [&] {
        for (int n = 0; n < 300; ++n) {
          const std::scoped_lock hold(m);
          ++counter;
          if (n % 50 == 0) weft::yield();
        }
      });
    }
  }
  EXPECT_EQ(counter, 1800);
}

WEFT_TEST_WITH("F2.2", "a thread waits for goroutines by a wait_group, and goroutines for threads", .seeds = 10) {
  weft::wait_group goroutines, threads;
  std::atomic<int> done = 0;
  threads.add(3);
  goroutines.add(3);
  {
    std::vector<partner> all;
    for (int i = 0; i < 3; ++i) {
      all.emplace_back(party::thread, [&] {
        ++done;
        threads.done();
        goroutines.wait();
        EXPECT_EQ(done, 6);
      });
      all.emplace_back(party::goroutine, [&] {
        threads.wait();
        EXPECT_GE(done, 3);
        ++done;
        goroutines.done();
      });
    }
  }
  EXPECT_EQ(done, 6);
}

WEFT_TEST_WITH("F2.3", "of threads and goroutines one runs the function of a once, and the others wait for it",
               .seeds = 10) {
  weft::once o;
  int data = 0;
  std::vector<partner> all;
  for (std::size_t i = 0; i < 6; ++i) {
    all.emplace_back(all_parties[i % 2], [&] {
      o.call([&] {
        weft::sleep_for(1ms);
        ++data;
      });
      EXPECT_EQ(data, 1);
    });
  }
}

WEFT_TEST_WITH("F2.4", "a thread starts goroutines and joins tasks", .seeds = 10) {
  const chan<int> c;
  partner starting(party::thread, [=] {
    for (int i = 0; i < 10; ++i) {
      weft::go([=] { c.send(i); });
    }
    weft::task<int> square = weft::spawn([] { return 12 * 12; });
    EXPECT_EQ(square.join(), 144);
    weft::task<int> failing = weft::spawn([]() -> int { throw 5; });
    EXPECT_THROW(failing.join(), int);
  });
  int sum = 0;
  for (int i = 0; i < 10; ++i) sum += *c.recv();
  EXPECT_EQ(sum, 45);
}

WEFT_TEST_WITH("F2.5", "a thread sleeps, waits for an after, and yields", .seeds = 10) {
  partner sleeping(party::thread, [] {
    const weft::clock::time_point start = weft::clock::now();
    weft::sleep_for(2ms);
    EXPECT_GE(weft::clock::now() - start, 2ms);
    EXPECT_TRUE(weft::after(2ms).recv());
    EXPECT_GE(weft::clock::now() - start, 4ms);
    weft::yield();
  });
  weft::sleep_for(1ms);
}

WEFT_TEST_WITH("F2.6", "a task may be joined by a thread other than the one that spawned it", .seeds = 10) {
  const chan<weft::unit> end;
  weft::task<int> slow = weft::spawn([=] {
    end.recv();
    return 1;
  });
  partner joining(party::thread, [&] { EXPECT_EQ(slow.join(), 1); });
  until_waiting(2);
  end.send({});
}

WEFT_TEST_WITH("F2.7", "on a foreign thread blocking() just calls", .seeds = 5) {
  partner calling(party::thread, [] { EXPECT_EQ(weft::blocking([] { return 3; }), 3); });
}

}  // namespace

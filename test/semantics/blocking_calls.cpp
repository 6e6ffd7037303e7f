// SPDX-License-Identifier: Apache-2.0
//
// Calls that block the thread.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "harness.hpp"
#include "pipe_pair.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::chan;
using weft::unit;
using weft::test::pipe_pair;

WEFT_TEST("B1.2", "blocking returns the result of its function, or a reference, or nothing") {
  int there = 4;
  EXPECT_EQ(weft::blocking([] { return std::string("text"); }), "text");
  int& same = weft::blocking([&there]() -> int& { return there; });
  EXPECT_EQ(&same, &there);
  int&& expiring = weft::blocking([&there]() -> int&& { return std::move(there); });
  EXPECT_EQ(&expiring, &there);
  weft::blocking([&there] { there = 5; });
  EXPECT_EQ(there, 5);
}

/// Unseen by ThreadSanitizer, to which the errno of a thread that two goroutines use is a race; it is set by libc else.
__attribute__((noinline, no_sanitize("thread"))) void set_errno_now(int value) {
  errno = value;
  __asm__ __volatile__("" : : : "memory");
}

__attribute__((noinline, no_sanitize("thread"))) int errno_now() {
  const int now = errno;
  __asm__ __volatile__("" : : : "memory");
  return now;
}

WEFT_TEST("B1.2", "blocking hands on the errno of its function, whatever thread the goroutine goes on on") {
  weft::wait_group all;
  for (int i = 1; i <= 20; ++i) {
    all.go([i] {
      for (int n = 0; n < 20; ++n) {
        weft::blocking([i] {
          if (i % 4 == 0) std::this_thread::sleep_for(100us);
          set_errno_now(i);
        });
        EXPECT_EQ(errno_now(), i);
      }
    });
  }
  all.wait();
}

WEFT_TEST("B1.2", "blocking passes on the exception of its function") {
  EXPECT_THROW(weft::blocking([] { throw std::runtime_error("from the call"); }), std::runtime_error);
  weft::wait_group all;
  for (int i = 0; i < 5; ++i) {
    all.go([] {
      try {
        weft::blocking([]() -> int { throw 3; });
      } catch (int n) {
        weft::yield();
        EXPECT_EQ(n, 3);
      }
    });
  }
  all.wait();
}

WEFT_TEST("B1.2", "blocking calls its function on the same thread") {
  for (int i = 0; i < 20; ++i) {
    const pthread_t before = pthread_self();
    EXPECT_NE(pthread_equal(before, weft::blocking([] { return pthread_self(); })), 0);
  }
}

WEFT_TEST("B1.2", "on a thread that is no worker blocking is a call") {
  std::thread([] { EXPECT_EQ(weft::blocking([] { return 6; }), 6); }).join();
}

WEFT_TEST_WITH("P6", "threads in blocking calls do not count: many more block than workers exist",
               .on = weft::test::sched_only) {
  constexpr int callers = 20;
  const pipe_pair p;
  std::atomic<int> inside{0};
  std::atomic<int> over{0};
  weft::wait_group all;
  for (int i = 0; i < callers; ++i) {
    all.go([&] {
      ++inside;
      EXPECT_EQ(weft::blocking([&p] { return p.read_one(); }), 1);
      ++over;
    });
  }
  while (inside.load() != callers) weft::yield();
  EXPECT_EQ(over.load(), 0);
  for (int i = 0; i < callers; ++i) p.write_one();
  all.wait();
  EXPECT_EQ(over.load(), callers);
}

WEFT_TEST_WITH("B1.3", "goroutines go on while one blocks, told or untold", .on = weft::test::sched_only) {
  for (const bool told : {true, false}) {
    const pipe_pair p;
    weft::wait_group all;
    all.go([&p, told] {
      if (told)
        weft::blocking([&p] { EXPECT_EQ(p.read_one(), 1); });
      else
        EXPECT_EQ(p.read_one(), 1);
    });
    const chan<int> c;
    all.go([=] {
      for (int i = 0; i < 50; ++i) c.send(i);
    });
    int sum = 0;
    for (int i = 0; i < 50; ++i) sum += c.recv().value();
    EXPECT_EQ(sum, 1225);
    p.write_one();
    all.wait();
  }
}

WEFT_TEST_WITH("B1.4", "a goroutine that comes back from a long call goes on though all workers are busy",
               .on = weft::test::sched_only, .workers = {1, 2}) {
  std::atomic<bool> back{false};
  weft::wait_group all;
  all.go([&back] {
    weft::blocking([] { usleep(20'000); });
    back = true;
  });
  for (int i = 0; i < weft::gomaxprocs(); ++i) {
    all.go([&back] {
      while (!back) weft::yield();
    });
  }
  all.wait();
}

WEFT_TEST_WITH("B1.4", "blocking calls of every length, many at once, all come back", .on = weft::test::sched_only) {
  weft::wait_group all;
  std::atomic<int> calls{0};
  for (int i = 0; i < 30; ++i) {
    all.go([&calls, i] {
      for (int n = 0; n < 20; ++n) {
        weft::blocking([i, n] { usleep(static_cast<unsigned>((i * 7 + n * 13) % 200)); });
        ++calls;
        if (n % 5 == 0) weft::yield();
      }
    });
  }
  all.wait();
  EXPECT_EQ(calls.load(), 600);
}

WEFT_TEST_WITH("B1.5", "under sim a blocking call takes no virtual time", .on = weft::test::sim_only, .seeds = 3) {
  const auto before = weft::clock::now();
  weft::blocking([] { usleep(1000); });
  EXPECT_EQ(weft::clock::now(), before);
}

WEFT_TEST_WITH("B2", "a thread of somebody else's may wait for goroutines, and they for it", .seeds = 20) {
  const chan<int> to;
  const chan<int> from;
  std::thread foreign([=] {
    for (int n : to) from.send(n + 1);
    from.close();
  });
  int sum = 0;
  for (int i = 0; i < 10; ++i) {
    to.send(i);
    sum += from.recv().value();
  }
  to.close();
  EXPECT_EQ(from.recv(), std::nullopt);
  EXPECT_EQ(sum, 55);
  weft::blocking([&foreign] { foreign.join(); });
}

WEFT_TEST_WITH("B2", "foreign threads send, receive, select, lock and wait beside goroutines",
               .on = weft::test::sched_only) {
  constexpr int threads = 4;
  const chan<int> c(2);
  const chan<unit> stop;
  weft::mutex m;
  weft::wait_group all;
  int shared = 0;
  std::vector<std::thread> foreign;
  for (int t = 0; t < threads; ++t) {
    all.add(1);
    foreign.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        if (t % 2 == 0)
          weft::select(weft::on_send(c, 1), weft::on_recv(stop));
        else
          c.send(1);
        const std::scoped_lock hold(m);
        ++shared;
      }
      all.done();
    });
  }
  for (int i = 0; i < 50 * threads; ++i) {
    EXPECT_EQ(c.recv(), 1);
    const std::scoped_lock hold(m);
    ++shared;
  }
  all.wait();
  EXPECT_EQ(shared, 100 * threads);
  weft::blocking([&foreign] {
    for (std::thread& t : foreign) t.join();
  });
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
//
// LL2: programs that are busy and get on are not told about. Each goes on for some windows.
#include <array>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "watch.hpp"

using namespace weft::test;

namespace {

/// Watches as long as it lives, and sees that nothing is told.
struct quiet {
  ~quiet() { EXPECT_EQ(reports, 0u) << sentence; }
  livelock_watch here;
  weft::clock::time_point end = weft::clock::now() + 160ms;
  [[nodiscard]] bool goes_on() const { return weft::clock::now() < end; }
};

constexpr int seeds = 3;

}  // namespace

WEFT_TEST_WITH("LL2.1", "who looks whether to stop while it computes is not told about", .seeds = seeds) {
  const quiet it;
  weft::chan<weft::unit> stop;
  weft::wait_group all;
  for (int i = 0; i < 2; ++i) {
    all.go([&] {
      std::uint64_t product = 1;
      for (bool over = false; !over;) {
        product = product * 6364136223846793005u + 1;
        weft::select(weft::on_recv(stop, [&] { over = true; }), weft::otherwise([] { step(); }));
      }
      EXPECT_NE(product, 0u);
    });
  }
  while (it.goes_on()) step();
  stop.close();
  all.wait();
}

WEFT_TEST_WITH("LL2.1", "those who steal from each other by trying locks are not told about", .seeds = seeds) {
  const quiet it;
  struct own_queue {
    weft::mutex m;
    std::deque<int> jobs;
  };
  std::array<own_queue, 4> queues;
  weft::wait_group all;
  for (std::size_t i = 0; i < queues.size(); ++i) {
    all.go([&, i] {
      while (it.goes_on()) {
        {
          const std::scoped_lock hold(queues[i].m);
          queues[i].jobs.push_back(1);
          if (queues[i].jobs.size() > 8) queues[i].jobs.clear();
        }
        own_queue& other = queues[(i + 1) % queues.size()];
        if (const std::unique_lock hold(other.m, std::try_to_lock); hold && !other.jobs.empty()) other.jobs.pop_front();
        step();
      }
    });
  }
  all.wait();
}

WEFT_TEST_WITH("LL2.1", "who tries for what another has for long is not told about", .seeds = seeds) {
  const quiet it;
  weft::mutex kept;
  weft::wait_group all;
  std::unique_lock hold(kept);
  for (int i = 0; i < 2; ++i) {
    all.go([&] {
      while (!kept.try_lock()) step();
      kept.unlock();
    });
  }
  while (it.goes_on()) step();
  hold.unlock();
  all.wait();
}

WEFT_TEST_WITH("LL2.1", "many who try for one busy lock are not told about", .seeds = seeds) {
  const quiet it;
  weft::mutex m;
  int entries = 0;
  weft::wait_group all;
  for (int i = 0; i < 8; ++i) {
    all.go([&] {
      while (it.goes_on()) {
        if (const std::unique_lock hold(m, std::try_to_lock); hold) {
          ++entries;
          step();
        }
        step();
      }
    });
  }
  all.wait();
  EXPECT_GT(entries, 0);
}

WEFT_TEST_WITH("LL2.2", "two who now and then get past each other are not told about", .seeds = seeds) {
  const quiet it;
  weft::mutex left, right;
  int passed = 0;
  weft::wait_group both;
  weft::barrier met(2);
  const auto walk = [&](weft::mutex& own, weft::mutex& other, bool polite) {
    for (int round = 1; round <= 400; ++round) {
      const bool lets_pass = polite && round % 50 == 0;
      if (!lets_pass) own.lock();
      met.arrive_and_wait();
      if (!lets_pass && other.try_lock()) {
        ++passed;
        other.unlock();
      }
      step();
      met.arrive_and_wait();
      if (!lets_pass) own.unlock();
    }
  };
  both.go([&] { walk(left, right, false); });
  both.go([&] { walk(right, left, true); });
  both.wait();
  EXPECT_EQ(passed, 8);
}

WEFT_TEST_WITH("LL2.1", "a producer and a consumer that never wait are not told about", .seeds = seeds) {
  const quiet it;
  weft::chan<int> c(4);
  weft::wait_group both;
  int received = 0;
  both.go([&] {
    while (it.goes_on()) {
      if (!c.try_send(1)) step();
    }
    c.close();
  });
  both.go([&] {
    for (bool over = false; !over;) {
      auto got = c.try_recv();
      if (got) ++received;
      over = got.closed();
      step();
    }
  });
  both.wait();
  EXPECT_GT(received, 0);
}

WEFT_TEST_WITH("LL2.1", "those who take two locks with std::lock, in any order, are not told about", .seeds = seeds) {
  const quiet it;
  weft::mutex a, b;
  int sum = 0;
  weft::wait_group all;
  for (int i = 0; i < 6; ++i) {
    all.go([&, i] {
      while (it.goes_on()) {
        if (i % 2 == 0)
          std::lock(a, b);
        else
          std::lock(b, a);
        ++sum;
        weft::yield();
        a.unlock();
        b.unlock();
        step();
      }
    });
  }
  all.wait();
  EXPECT_GT(sum, 0);
}

WEFT_TEST_WITH("LL2.2", "those whose time is not always over are not told about", .seeds = seeds) {
  const quiet it;
  weft::mutex a, b;
  weft::wait_group both;
  const auto work = [&](weft::mutex& own, weft::mutex& other, weft::clock::duration time) {
    while (it.goes_on()) {
      {
        const std::scoped_lock hold(own);
        if (other.try_lock_for(time)) other.unlock();
      }
      step();
    }
  };
  both.go([&] { work(a, b, 100us); });
  both.go([&] { work(b, a, 250us); });
  both.wait();
}

WEFT_TEST_WITH("LL2.1", "who tries to send to one who now and then waits is not told about", .seeds = seeds) {
  const quiet it;
  weft::chan<int> c;
  weft::wait_group both;
  int received = 0;
  both.go([&] {
    while (it.goes_on()) {
      static_cast<void>(c.try_send(1));
      step();
    }
    c.close();
  });
  both.go([&] {
    for (int i = 0;; ++i) {
      if (i % 20 == 0 && !c.recv()) return;
      if (i % 20 != 0 && c.try_recv()) ++received;
      step();
    }
  });
  both.wait();
}

WEFT_TEST_WITH("LL2.1", "those who look for what nobody sends are not told about", .seeds = seeds) {
  const quiet it;
  weft::chan<int> c;
  weft::wait_group both;
  for (int i = 0; i < 2; ++i) {
    both.go([&] {
      while (it.goes_on()) {
        EXPECT_FALSE(c.try_recv());
        step();
      }
    });
  }
  both.wait();
}

WEFT_TEST_WITH("LL2.3", "semaphores that others release are not told about", .seeds = seeds) {
  const quiet it;
  weft::semaphore first(4), second(4);
  static_cast<void>(first.try_acquire(4));
  static_cast<void>(second.try_acquire(4));
  weft::wait_group all;
  weft::barrier met(2);
  const auto consume = [&](weft::semaphore& got, weft::semaphore& wanted) {
    got.acquire();
    met.arrive_and_wait();  // before anybody takes the rest
    while (it.goes_on()) {
      static_cast<void>(wanted.try_acquire());
      step();
    }
  };
  all.go([&] { consume(first, second); });
  all.go([&] { consume(second, first); });
  weft::spawn([&] {
    first.release(2);
    second.release(2);
  }).join();
  all.wait();
}

WEFT_TEST_WITH("LL2.3", "a lock that another unlocks is a signal, and not told about", .seeds = seeds) {
  const quiet it;
  weft::mutex first, second;
  weft::wait_group all;
  weft::barrier met(2);
  const auto poll = [&](weft::mutex& had, weft::mutex& wanted) {
    had.lock();
    met.arrive_and_wait();
    while (!wanted.try_lock()) step();
    wanted.unlock();
    step();
  };
  // Both have been unlocked by another before.
  first.lock(), second.lock();
  weft::spawn([&] { first.unlock(), second.unlock(); }).join();
  all.go([&] { poll(first, second); });
  all.go([&] { poll(second, first); });
  while (it.goes_on()) step();
  first.unlock();
  second.unlock();
  all.wait();
}

WEFT_TEST_WITH("LL2.1", "a pool of units for which many try is not told about", .seeds = seeds) {
  const quiet it;
  weft::semaphore units(2);
  weft::wait_group all;
  for (int i = 0; i < 6; ++i) {
    all.go([&] {
      while (it.goes_on()) {
        if (units.try_acquire()) {
          step();
          units.release();
        }
        step();
      }
    });
  }
  all.wait();
}

WEFT_TEST_WITH("LL2.1", "readers and a writer that try are not told about", .seeds = seeds) {
  const quiet it;
  weft::shared_mutex m;
  weft::wait_group all;
  int written = 0;
  for (int i = 0; i < 3; ++i) {
    all.go([&] {
      while (it.goes_on()) {
        if (const std::shared_lock read(m, std::try_to_lock); read) step();
        step();
      }
    });
  }
  all.go([&] {
    while (it.goes_on()) {
      if (const std::unique_lock write(m, std::try_to_lock); write) ++written;
      step();
    }
  });
  all.wait();
}

WEFT_TEST_WITH("LL2.1", "a chain of tries that ends at one who computes is not told about", .seeds = seeds) {
  const quiet it;
  std::array<weft::mutex, 3> locks;
  weft::barrier met(3);
  weft::wait_group all;
  for (std::size_t i = 0; i < 3; ++i) {
    all.go([&, i] {
      const std::scoped_lock own(locks[i]);
      met.arrive_and_wait();
      while (it.goes_on()) {
        if (i < 2) {
          EXPECT_FALSE(locks[i + 1].try_lock());
        }
        step();
      }
      met.arrive_and_wait();
    });
  }
  all.wait();
}

WEFT_TEST_WITH("LL2.1", "who tries for what it has itself is not told about", .seeds = seeds) {
  const quiet it;
  weft::mutex m;
  weft::shared_mutex s;
  const std::scoped_lock own(m);
  const std::shared_lock read(s);
  while (it.goes_on()) {
    EXPECT_FALSE(m.try_lock());
    EXPECT_FALSE(s.try_lock());
    step();
  }
}

WEFT_TEST_WITH("LL2.2", "two who keep each other for less than a window are not told about", .seeds = seeds) {
  const quiet it;
  weft::mutex left, right;
  weft::barrier met(2);
  const auto insist = [&](weft::mutex& own, weft::mutex& other) {
    const std::scoped_lock hold(own);
    met.arrive_and_wait();
    const auto until = weft::clock::now() + 20ms;
    while (weft::clock::now() < until) {
      EXPECT_FALSE(other.try_lock());
      step();
    }
    met.arrive_and_wait();
  };
  weft::wait_group both;
  both.go([&] { insist(left, right); });
  both.go([&] { insist(right, left); });
  both.wait();
  while (it.goes_on()) step();
}

WEFT_TEST_WITH("LL2.2", "philosophers who put down a fork and try again later are not told about", .seeds = seeds) {
  const quiet it;
  std::array<weft::mutex, 5> forks;
  std::array<int, 5> meals{};
  weft::wait_group all;
  for (std::size_t i = 0; i < 5; ++i) {
    all.go([&, i] {
      for (std::size_t round = 0; it.goes_on(); ++round) {
        {
          const std::scoped_lock left(forks[i]);
          weft::yield();
          if (const std::unique_lock right(forks[(i + 1) % 5], std::try_to_lock); right) ++meals[i];
        }
        for (std::size_t later = (round + i) % 3 + 1; later > 0; --later) step();
      }
    });
  }
  all.wait();
}

WEFT_TEST_WITH("LL2.1", "who gives up before it has tried is not told about", .seeds = seeds) {
  const quiet it;
  weft::mutex a, b;
  weft::wait_group both;
  const auto work = [&](weft::mutex& own, weft::mutex& other) {
    const auto over = weft::with_cancel(weft::background());
    over.cancel();
    while (it.goes_on()) {
      {
        const std::scoped_lock hold(own);
        EXPECT_FALSE(other.lock(over).has_value());
      }
      step();
    }
  };
  both.go([&] { work(a, b); });
  both.go([&] { work(b, a); });
  both.wait();
}

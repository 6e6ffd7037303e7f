// SPDX-License-Identifier: Apache-2.0
//
// The thin doors to the kernel: futex, clock, membarrier, threads, thread-locals, epoll, SIGQUIT.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "harness.hpp"
#include "os/clock.hpp"
#include "os/epoll.hpp"
#include "os/fault.hpp"
#include "os/fiber_annotations.hpp"
#include "os/futex.hpp"
#include "os/membarrier.hpp"
#include "os/quit.hpp"
#include "os/thread.hpp"
#include "os/thread_local.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::test {
namespace {

using namespace weft::detail;

WEFT_PLAIN_TEST("O10", "a futex wait ends when the word has changed, when it is woken, and when its time has passed") {
  atomic<std::uint32_t> word{0};
  EXPECT_FALSE(futex_wait(word, 1, -1));
  const std::int64_t before = monotonic_ns();
  while (!futex_wait(word, 0, 2'000'000)) {
  }
  EXPECT_GE(monotonic_ns() - before, 2'000'000);
  std::thread sleeper([&] {
    while (word.load() == 0) futex_wait(word, 0, -1);
  });
  word.store(1);
  futex_wake(word, 1);
  sleeper.join();
  EXPECT_EQ(futex_wake(word, 1), 0);
}

WEFT_PLAIN_TEST("O10", "the clock does not go back, and the coarse one is close behind") {
  std::int64_t last = monotonic_ns();
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t coarse = coarse_monotonic_ns();
    const std::int64_t now = monotonic_ns();
    ASSERT_GE(now, last);
    ASSERT_LE(coarse, now);
    last = now;
  }
}

// Dekker's pattern, one side with the light fence only: at least one must see the other's store. Without the heavy
// fence this fails within some thousand rounds on two processors.
WEFT_PLAIN_TEST("O11", "with a light fence here and a heavy one there, two threads never both miss the other's store") {
  if (tsan_on) return;  // it does not model fences
  constexpr int rounds = 20'000;
  atomic<int> x{0};
  atomic<int> y{0};
  atomic<int> turn{0};
  int hot_saw = 0;
  int both_missed = 0;
  heavy_fence();
  EXPECT_FALSE(fences_are_full.load());
  std::thread hot([&] {
    for (int i = 1; i <= rounds; ++i) {
      while (turn.load() != 2 * i - 1) spin_pause();
      x.store(1, memory_order_relaxed);  // pairs: the load below, through the fences
      light_fence();
      hot_saw = y.load(memory_order_relaxed);  // pairs: the store below
      turn.store(2 * i);
    }
  });
  for (int i = 1; i <= rounds; ++i) {
    x.store(0);
    y.store(0);
    turn.store(2 * i - 1);
    y.store(1, memory_order_relaxed);  // pairs: the load above
    heavy_fence();
    const int seen = x.load(memory_order_relaxed);  // pairs: the store above
    while (turn.load() != 2 * i) std::this_thread::yield();
    both_missed += seen == 0 && hot_saw == 0 ? 1 : 0;
  }
  hot.join();
  EXPECT_EQ(both_missed, 0);
}

WEFT_PLAIN_TEST("O10", "a word lock excludes, whichever of its holders has been preempted") {
  word_lock lock;
  int counter = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        lock.lock();
        ++counter;
        lock.unlock();
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(counter, 80'000);
}

/// Waits until f() holds; what it waits for is done by another thread soon.
template <class F>
void wait_for(F f) {
  while (!f()) std::this_thread::yield();
}

WEFT_PLAIN_TEST("O10", "a thread is started with its name, is counted, and is gone when it ends") {
  struct shared {
    atomic<int> stage{0};
    char name[16] = {};
  };
  static shared s;  // the thread looks at it until it ends
  s.stage.store(0);
  const auto body = [](void* arg) {
    auto& mine = *static_cast<shared*>(arg);
    pthread_getname_np(pthread_self(), mine.name, sizeof mine.name);
    mine.stage.store(1);
    while (mine.stage.load() != 2) std::this_thread::yield();
  };
  ASSERT_EQ(start_thread(body, &s, "weft worker with a long name"), 0);
  wait_for([&] { return s.stage.load() == 1; });
  EXPECT_STREQ(s.name, "weft worker wit");
  const std::size_t during =
      process_threads().value_or(0);  // joined threads of earlier tests may still be on their way out
  EXPECT_GE(during, 2 + instrument_threads());
  s.stage.store(2);
  wait_for([&] { return process_threads().value_or(0) < during; });
}

WEFT_PLAIN_TEST("O10", "a thread that cannot be started is an errno") {
  set_fault(fault::thread, 0);
  EXPECT_EQ(start_thread([](void*) {}, nullptr, "none"), EAGAIN);
  set_fault(fault::thread, -1);
}

WEFT_PLAIN_TEST("O10", "a text as in WEFT_FAULT lets so many requests succeed and then makes all fail") {
  set_faults("stack:7,thread:1");
  EXPECT_FALSE(fault_due(fault::thread));
  EXPECT_TRUE(fault_due(fault::thread));
  EXPECT_TRUE(fault_due(fault::thread));
  EXPECT_FALSE(fault_due(fault::stack));
  set_faults("");
  EXPECT_FALSE(fault_due(fault::thread));
}

atomic<int> children{0};

WEFT_PLAIN_TEST("O10", "a forked child is told so") {
  on_fork_child([] { children.store(1); });
  const pid_t child = ::fork();
  if (child == 0) ::_exit(children.load() == 1 ? 0 : 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(children.load(), 0);
}

WEFT_PLAIN_TEST("O10", "each thread has its own worker and record, and the record is called back at the thread's end") {
  int here = 0;
  static atomic<void*> ended{nullptr};
  ended.store(nullptr);
  void* worker_before = this_worker();
  set_this_worker(&here);
  int there = 0;
  std::thread([&] {
    EXPECT_EQ(this_worker(), nullptr);
    EXPECT_EQ(this_thread_record(), nullptr);
    set_this_thread_record(&there, [](void* record) { ended.store(record); });
    EXPECT_EQ(this_thread_record(), &there);
  }).join();
  EXPECT_EQ(ended.load(), &there);
  EXPECT_EQ(this_worker(), &here);
  set_this_worker(worker_before);
}

/// A connected pair of sockets.
struct socket_pair {
  int ends[2] = {-1, -1};
  socket_pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0); }
  socket_pair(const socket_pair&) = delete;
  socket_pair& operator=(const socket_pair&) = delete;
  ~socket_pair() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
};

WEFT_PLAIN_TEST("O12", "readiness is reported once per change, for both directions") {
  epoll_set set;
  ASSERT_EQ(set.open(), 0);
  socket_pair pair;
  ASSERT_EQ(set.renew(pair.ends[0], 7), ENOENT);
  ASSERT_EQ(set.add(pair.ends[0], 7), 0);
  poll_event events[4];
  ASSERT_EQ(set.wait(events, 4, 0), 1u);
  EXPECT_EQ(events[0].tag, 7u);
  EXPECT_TRUE(events[0].writable);
  EXPECT_FALSE(events[0].readable);
  EXPECT_EQ(set.wait(events, 4, 0), 0u);
  ASSERT_EQ(::write(pair.ends[1], "x", 1), 1);
  ASSERT_EQ(set.wait(events, 4, -1), 1u);
  EXPECT_TRUE(events[0].readable);
  EXPECT_EQ(set.wait(events, 4, 0), 0u);
  ASSERT_EQ(::shutdown(pair.ends[1], SHUT_RDWR), 0);
  ASSERT_EQ(set.wait(events, 4, -1), 1u);
  EXPECT_TRUE(events[0].readable);
  ASSERT_EQ(set.renew(pair.ends[0], 8), 0);
  ASSERT_EQ(set.wait(events, 4, 0), 1u);
  EXPECT_EQ(events[0].tag, 8u);
  EXPECT_EQ(set.remove(pair.ends[0]), 0);
  EXPECT_EQ(set.remove(pair.ends[0]), ENOENT);
}

WEFT_PLAIN_TEST("O12", "a wait ends after its time, to the microsecond if the kernel can, and when it is woken") {
  epoll_set set;
  ASSERT_EQ(set.open(), 0);
  poll_event events[4];
  const std::int64_t before = monotonic_ns();
  EXPECT_EQ(set.wait(events, 4, 300'000), 0u);
  EXPECT_GE(monotonic_ns() - before, 300'000);
  set.wake();
  EXPECT_EQ(set.wait(events, 4, -1), 0u);
  std::thread waiter([&] { EXPECT_EQ(set.wait(events, 4, -1), 0u); });
  set.wake();
  waiter.join();
}

WEFT_PLAIN_TEST("O12", "a regular file cannot be waited for") {
  epoll_set set;
  ASSERT_EQ(set.open(), 0);
  const int fd = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(set.add(fd, 1), EPERM);
  ::close(fd);
}

WEFT_PLAIN_TEST("D5", "SIGQUIT calls the engine, unless the program has its own handler") {
  static atomic<int> asked{0};
  struct sigaction before {};
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  ::sigaction(SIGQUIT, &plain, &before);
  install_quit_handler([] { asked.fetch_add(1); });
  ::raise(SIGQUIT);
  EXPECT_EQ(asked.load(), 1);
  plain.sa_handler = SIG_IGN;
  ::sigaction(SIGQUIT, &plain, nullptr);
  install_quit_handler([] { asked.fetch_add(10); });
  ::raise(SIGQUIT);
  EXPECT_EQ(asked.load(), 1);
  ::sigaction(SIGQUIT, &before, nullptr);
}

}  // namespace
}  // namespace weft::test

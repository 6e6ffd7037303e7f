// SPDX-License-Identifier: Apache-2.0
//
// What is noted of attempts is kept under a lock, and a child of a fork may find it, or a report, in the hands of a
// thread that it does not have.
//
// guarantee: BI5 BI5.3
// sentence: a forked child tries locks, whatever others were writing down about theirs at the fork
// engines: sched
// not-under: address thread (their allocators and threads are not made for forks)
// env: WEFT_DIAG=livelock,livelocktries=2,livelockafter=0
// seconds: 120
// expect-stdout: ^children that did not end: 0$
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "weft/weft.hpp"

namespace {

/// Takes locks, fails to take them, and looks at channels where nobody is.
void use_locks() {
  weft::mutex a, b;
  weft::shared_mutex s;
  weft::semaphore units(1);
  const weft::chan<int> c;
  const std::scoped_lock both(a, b);
  const std::shared_lock read(s);
  units.acquire();
  for (int i = 0; i < 4; ++i) static_cast<void>(a.try_lock() || s.try_lock() || units.try_acquire() || c.try_send(1));
  units.release();
}

/// Two threads that try each other's lock: reports, one after the other, for each pair is told of once.
void try_each_others() {
  weft::mutex left, right;
  std::atomic<int> met{0};
  const auto insist = [&](weft::mutex& own, weft::mutex& other) {
    const std::scoped_lock hold(own);
    for (int i = 0; i < 4; ++i) {
      ++met;
      while (met < 2 * (i + 1)) std::this_thread::yield();
      static_cast<void>(other.try_lock());
    }
    ++met;
    while (met < 10) std::this_thread::yield();
  };
  std::thread other([&] { insist(left, right); });
  insist(right, left);
  other.join();
}

/// Whether a child ends by itself within ten seconds.
bool ends(pid_t child) {
  for (int i = 0; i < 10'000; ++i, usleep(1000)) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status);
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return false;
}

}  // namespace

int main() {
  std::atomic<bool> over{false};
  std::thread others[2] = {std::thread([&] {
                             while (!over) use_locks();
                           }),
                           std::thread([&] {
                             while (!over) try_each_others();
                           })};
  int late = 0;
  for (int i = 0; i < 100 && late == 0; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      use_locks();
      try_each_others();
      _exit(0);
    }
    if (!ends(child)) ++late;
  }
  over = true;
  for (std::thread& each : others) each.join();
  std::printf("children that did not end: %d\n", late);
}

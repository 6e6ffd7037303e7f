// SPDX-License-Identifier: Apache-2.0
//
// What WEFT_DIAG has noted is kept under locks, and a child of a fork may find one of them in the hands of a thread
// that it does not have.
//
// guarantee: BI5 BI5.3
// sentence: a forked child takes locks and makes objects, whatever others were writing down about theirs at the fork
// engines: sched
// not-under: address thread (their allocators and threads are not made for forks)
// env: WEFT_DIAG=sites,locks,lockorder
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

/// Makes locks, takes them, and destroys them.
void use_locks() {
  weft::mutex a, b;
  weft::shared_mutex s;
  const std::scoped_lock both(a, b);
  const std::shared_lock read(s);
}

/// Whether a child ends by itself within ten seconds.
bool ends(pid_t child) {
  for (int i = 0; i < 10'000; ++i, usleep(1000)) {
    if (waitpid(child, nullptr, WNOHANG) == child) return true;
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return false;
}

int main() {
  std::atomic<bool> over{false};
  const auto work = [&] {
    while (!over) use_locks();
  };
  std::thread others[2] = {std::thread(work), std::thread(work)};
  int late = 0;
  for (int i = 0; i < 100 && late == 0; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      use_locks();
      _exit(0);
    }
    if (!ends(child)) ++late;
  }
  over = true;
  for (std::thread& each : others) each.join();
  std::printf("children that did not end: %d\n", late);
}

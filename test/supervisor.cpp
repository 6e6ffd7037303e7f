// SPDX-License-Identifier: Apache-2.0
//
// A watchdog that lives in another process. Parent and child share one page: the child writes what it runs and since
// when, the parent looks at it a hundred times a second. A thread in the child could do the same, but then there would
// be a foreign thread about, and what is tested (deadlock detection, thread counts) would not be the same.
//
// Memory ordering: `since` is released after `what` was written and acquired before it is read. A reader may still
// see a name half overwritten by the next run; it is only printed when a run does not end, so it is whole.
#include "supervisor.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace weft::test {
namespace {

using std::chrono::steady_clock;

struct blackboard {
  std::atomic<std::int64_t> since{0};  // steady milliseconds; 0: between two runs
  char what[500] = {};
};

blackboard* board = nullptr;

std::int64_t milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now().time_since_epoch()).count();
}

// Waits until the child has ended (true) or its present run has lasted `limit` milliseconds (false).
bool ended(pid_t child, int& status, std::int64_t limit) {
  for (;;) {
    const pid_t who = waitpid(child, &status, WNOHANG);
    if (who == child || (who < 0 && errno != EINTR)) return true;
    const std::int64_t since = board->since.load(std::memory_order_acquire);
    if (since != 0 && milliseconds() - since > limit) return false;
    usleep(10000);
  }
}

int report_death(int status) {
  const bool running = board->since.load(std::memory_order_acquire) != 0;
  if (WIFSIGNALED(status)) {
    std::fprintf(stderr, "\n[ HARNESS  ] died of signal %d (%s) %s %s\n", WTERMSIG(status), strsignal(WTERMSIG(status)),
                 running ? "in" : "outside any run", running ? board->what : "");
    return 1;
  }
  const int code = WEXITSTATUS(status);
  if (running) {
    std::fprintf(stderr, "\n[ HARNESS  ] exit status %d in the middle of %s\n", code, board->what);
    return code == 0 ? 1 : code;
  }
  return code;
}

int report_hang(pid_t child, int seconds) {
  std::fprintf(stderr, "\n[ HARNESS  ] no end after %d s of %s; asking for its goroutines\n", seconds, board->what);
  kill(child, SIGQUIT);
  int status = 0;
  const std::int64_t patience = milliseconds() - board->since.load(std::memory_order_acquire) + 5000;
  if (!ended(child, status, patience)) {
    std::fprintf(stderr, "[ HARNESS  ] no answer; killed\n");
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
  }
  return 1;
}

}  // namespace

int supervise(int seconds, const std::function<int()>& child) {
  void* page = mmap(nullptr, sizeof(blackboard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) {
    std::perror("harness: mmap");
    return 1;
  }
  board = new (page) blackboard;
  std::fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) {
    std::perror("harness: fork");
    return 1;
  }
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) std::_Exit(1);
    std::exit(child());
  }
  int status = 0;
  if (!ended(pid, status, std::int64_t{seconds} * 1000)) return report_hang(pid, seconds);
  return report_death(status);
}

void begin_run(const char* what) {
  if (board == nullptr) return;
  std::snprintf(board->what, sizeof board->what, "%s", what);
  board->since.store(milliseconds(), std::memory_order_release);
}

void end_run() {
  if (board != nullptr) board->since.store(0, std::memory_order_release);
}

}  // namespace weft::test

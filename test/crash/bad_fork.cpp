// SPDX-License-Identifier: Apache-2.0
//
// Diagnosis in a forked child, where only the forking thread is left, whatever the others were doing.
//
// guarantee: BI5 BI5.1 BI5.2
// sentence: a forked child can dump, be asked by SIGQUIT and panic, also when the parent is in the middle of a report
// engines: sched
// not-under: thread (it refuses to go on in a child of a process with threads)
// seconds: 120
// expect-stdout: ^\[dump\] err: goroutine \d+ \[chan receive, .*\] \{waits\}:$
// expect-stdout: ^\[dump\] out: the child: exit 0$
// expect-stdout: ^\[quit\] err: SIGQUIT: quit$
// expect-stdout: ^\[quit\] err: goroutine \d+ \[chan receive, .*\] \{waits\}:$
// expect-stdout: ^\[quit\] out: the child: exit 2$
// expect-stdout: ^\[panic\] err: panic: in the child$
// expect-stdout: ^\[panic\] out: the child: exit 2$
// expect-stdout: ^\[metrics\] out: started: yes, text: yes, trace: yes, profile: yes$
// expect-stdout: ^\[metrics\] out: the child: exit 0$
// expect-stdout: ^\[beside dumps\] out: children that did not end: 0$
// expect-stdout: ^\[beside a report\] err: .*in the parent$
// expect-stdout: ^\[beside a report\] err: panic: in the child$
// expect-stdout: ^\[beside a report\] out: the child: exit 2$
// expect-stdout-not: did not end$|signal
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>

#include "scene.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

/// The status of a child that has ten seconds.
int await(pid_t child) {
  for (int i = 0; i < 10'000; ++i, usleep(1000)) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) return status;
  }
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

void tell(int status) {
  std::printf(WIFEXITED(status) ? "the child: exit %d\n" : "the child: signal %d\n",
              WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
  std::fflush(stdout);
}

template <class F>
pid_t in_child(F f) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    f();
    std::fflush(stdout);
    _exit(0);
  }
  return child;
}

template <class F>
int beside_a_waiter(F f) {
  return weft::run([&] {
    static const weft::chan<int> never;
    weft::go({.label = "waits"}, [] { never.recv(); });
    weft::testing::settle();
    f();
  });
}

template <class F>
int play_child(F f) {
  return beside_a_waiter([&] { tell(await(in_child(f))); });
}

void read_metrics() {
  const char* const null = "/dev/null";
  std::printf("started: %s, text: %s, trace: %s, profile: %s\n", weft::read_metrics().started != 0 ? "yes" : "no",
              weft::open_metrics_text().empty() ? "no" : "yes", weft::trace::save(null) ? "yes" : "no",
              weft::profile::save_goroutines(null) ? "yes" : "no");
}

/// Children are made while another thread names functions, with the lock for that in its hands.
void beside_dumps() {
  std::atomic<bool> over{false};
  std::thread dumps([&] {
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    while (!over) weft::dump_goroutines(null);
    close(null);
  });
  int late = 0;
  for (int i = 0; i < 30; ++i) {
    const int status = await(in_child([] { weft::dump_goroutines(open("/dev/null", O_WRONLY)); }));
    if (!WIFEXITED(status)) ++late;
  }
  over = true;
  dumps.join();
  std::printf("children that did not end: %d\n", late);
}

/// The parent reports to a pipe that is full and that only the end of its child empties.
void beside_a_report() {
  int full[2];
  if (pipe(full) != 0) std::abort();
  fcntl(full[1], F_SETFL, O_NONBLOCK);
  const std::string much(4096, '.');
  while (write(full[1], much.data(), much.size()) > 0) continue;
  fcntl(full[1], F_SETFL, 0);
  const int errors = dup(2);
  std::thread([=] {
    usleep(50'000);  // the panic below is under way by then, or comes after: both are to end well
    const int status = await(in_child([=] {
      dup2(errors, 2);
      weft::panic("in the child");
    }));
    dup2(errors, 2);
    tell(status);
    std::string rest(1 << 20, ' ');
    static_cast<void>(!read(full[0], rest.data(), rest.size()));
  }).detach();
  dup2(full[1], 2);
  weft::panic("in the parent");
}

int main() {
  scene("dump").play([] { return play_child([] { weft::dump_goroutines(2); }); });
  scene("quit").play([] { return play_child([] { kill(getpid(), SIGQUIT); }); });
  scene("panic").play([] { return play_child([] { weft::panic("in the child"); }); });
  scene("metrics").play([] { return play_child(read_metrics); });
  scene("beside dumps").play([] { return beside_a_waiter(beside_dumps); });
  scene("beside a report").play([] { return beside_a_waiter(beside_a_report); });
}

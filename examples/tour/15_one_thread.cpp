// SPDX-License-Identifier: Apache-2.0
//
// A program that starts no further goroutine runs in one thread, however many cores it may use: the lesson says so of
// Go's scheduler. Threads appear when there is work for them. The kernel lists the threads of a process in
// /proc/self/task.
//
// sentence: a program with one goroutine uses one thread
// not-under: migrate (whoever is woken goes to another worker), emulator (it has a thread of its own)
// expect-exit: 0
// expect-stdout: ^with the main goroutine alone: 1 thread$
// expect-stdout: ^with 100 goroutines that compute: [0-9]+ threads$
#include <weft/weft.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>

int threads_of_this_process() {
  int count = 0;
  for ([[maybe_unused]] const auto& task : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

int main() {
  return weft::run([] {
    int alone = threads_of_this_process();
    std::printf("with the main goroutine alone: %d thread%s\n", alone, alone == 1 ? "" : "s");

    weft::chan<int> seen;
    constexpr int goroutines = 100;
    for (int i = 0; i < goroutines; ++i) {
      weft::go([=] {
        volatile unsigned work = 0;
        while (work < 100'000) work = work + 1;
        seen.send(threads_of_this_process());
      });
    }
    int most = 0;
    for (int i = 0; i < goroutines; ++i) most = std::max(most, seen.recv().value());
    // One for each of GOMAXPROCS, one that watches them, and spares for goroutines that hold their thread for long.
    std::printf("with %d goroutines that compute: %d threads\n", goroutines, most);
  });
}

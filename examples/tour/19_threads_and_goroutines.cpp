// SPDX-License-Identifier: Apache-2.0
//
// Threads against goroutines, the lesson's table: a thread costs a megabyte of stack and a call to the kernel, a
// goroutine a few kilobytes and neither. First a thousand of each are started and waited for; then a hundred thousand
// goroutines are alive at once, each blocked on a channel. (Another number may be given on the command line.)
//
// sentence: a hundred thousand goroutines are alive at once
// not-under: thread (it needs half a megabyte for each goroutine)
// expect-exit: 0
// expect-stdout: ^1000 threads started and ended in [0-9]+ us$
// expect-stdout: ^1000 goroutines started and ended in [0-9]+ us$
// expect-stdout: ^[0-9]+ goroutines alive, [0-9]+ bytes each$
// expect-stdout: ^all of them have ended$
#include <weft/weft.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

using std::chrono::microseconds;

long resident_bytes() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

long long since(weft::clock::time_point start) {
  return std::chrono::duration_cast<microseconds>(weft::clock::now() - start).count();
}

void compare_a_thousand() {
  auto start = weft::clock::now();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 1000; ++i) threads.emplace_back([] {});
  threads.clear();  // joins them
  std::printf("1000 threads started and ended in %lld us\n", since(start));

  start = weft::clock::now();
  weft::wait_group goroutines;
  for (int i = 0; i < 1000; ++i) goroutines.go([] {});
  goroutines.wait();
  std::printf("1000 goroutines started and ended in %lld us\n", since(start));
}

void many(long count) {
  long before = resident_bytes();
  weft::chan<weft::unit> stop, ready;
  weft::wait_group alive;
  for (long i = 0; i < count; ++i) {
    alive.go([=] {
      ready.send({});
      stop.recv();
    });
  }
  for (long i = 0; i < count; ++i) ready.recv();
  std::printf("%zu goroutines alive, %ld bytes each\n", weft::num_goroutine(), (resident_bytes() - before) / count);

  stop.close();
  alive.wait();
  std::puts("all of them have ended");
}

int main(int argc, char** argv) {
  long count = argc > 1 ? std::atol(argv[1]) : 100'000;
  if (count < 1) return std::fprintf(stderr, "usage: %s [number of goroutines, at least 1]\n", argv[0]), 1;
  return weft::run([=] {
    compare_a_thousand();
    many(count);
  });
}

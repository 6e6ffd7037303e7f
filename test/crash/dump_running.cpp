// SPDX-License-Identifier: Apache-2.0
// guarantee: D5.3
// sentence: a dump shows where goroutines are that run on other threads
// engines: sched
// not-under: thread (it holds back signals until a loop calls something), emulator (signals come late)
// env: GOMAXPROCS=4
// expect-stdout: ^goroutine [0-9]+ \[running\] \{computes\}:\n(  .*\n)*  .*computes_here
// expect-stdout: ^goroutine [0-9]+ \[running\] \{blocks\}:\n(  .*\n)*  .*blocks_here
// expect-stdout: ^computed [1-9]
#include <unistd.h>

#include <atomic>
#include <cstdio>

#include "weft/weft.hpp"

std::atomic<int> there{0};
std::atomic<bool> stop{false};

[[gnu::noinline]] long computes_here() {
  long sum = 0;
  ++there;
  while (!stop.load(std::memory_order_relaxed)) ++sum;
  return sum;
}

[[gnu::noinline]] void blocks_here() {
  weft::blocking([] {
    ++there;
    while (!stop) usleep(1000);
  });
  ++there;
}

int main() {
  return weft::run([] {
    weft::go({.label = "blocks"}, [] { blocks_here(); });
    auto sum = weft::spawn([] { return long{0}; });
    sum.join();
    weft::chan<long> result;
    weft::go({.label = "computes"}, [=] { result.send(computes_here()); });
    while (there != 2) weft::yield();
    weft::dump_goroutines(1);
    stop = true;
    std::printf("computed %ld\n", *result.recv());
  });
}

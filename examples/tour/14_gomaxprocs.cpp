// SPDX-License-Identifier: Apache-2.0
//
// GOMAXPROCS, the environment variable and the call that the lesson on the scheduler describes: how many goroutines may
// run at the same moment. The lesson warns that programs which talk more than they compute can get slower with more
// cores; two goroutines that play ping-pong over a channel do nothing but talk, so time them at one worker and at two.
//
// sentence: GOMAXPROCS is read and changed while the program runs
// expect-exit: 0
// expect-stdout: ^GOMAXPROCS was [0-9]+, this machine offers [0-9]+ processors?$
// expect-stdout: ^GOMAXPROCS=1: [0-9]+ ns for a message and its answer$
// expect-stdout: ^GOMAXPROCS=2: [0-9]+ ns for a message and its answer$
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>

constexpr int rounds = 20'000;

std::chrono::nanoseconds ping_pong() {
  weft::chan<int> ping, pong;
  weft::go([=] {
    for (int n : ping) pong.send(n);
  });
  auto start = weft::clock::now();
  for (int n = 0; n < rounds; ++n) {
    ping.send(n);
    pong.recv();
  }
  auto taken = weft::clock::now() - start;
  ping.close();
  return taken / rounds;
}

int main() {
  return weft::run([] {
    int cores = weft::num_cpu();
    std::printf("GOMAXPROCS was %d, this machine offers %d processor%s\n", weft::gomaxprocs(), cores,
                cores == 1 ? "" : "s");
    for (int workers : {1, 2}) {
      weft::gomaxprocs(workers);
      std::printf("GOMAXPROCS=%d: %lld ns for a message and its answer\n", workers,
                  static_cast<long long>(ping_pong().count()));
    }
  });
}

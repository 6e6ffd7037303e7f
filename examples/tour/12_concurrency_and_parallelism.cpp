// SPDX-License-Identifier: Apache-2.0
//
// Concurrency is a property of the code, parallelism one of the running program: on that two of the documents agree.
// The code below divides a search for primes among eight goroutines and never mentions a processor. It is run twice,
// with one worker and with one per core: same code, same answer, and on several cores usually in less time. Usually:
// the documents warn that parallel is not always faster.
//
// sentence: the same concurrent code gives the same answer on one core and on many
// expect-exit: 0
// expect-stdout: ^workers: 1, primes: 33860, [0-9.]+ ms$
// expect-stdout: ^workers: [0-9]+, primes: 33860, [0-9.]+ ms$
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>

bool is_prime(int n) {
  for (int d = 2; d * d <= n; ++d) {
    if (n % d == 0) return false;
  }
  return n >= 2;
}

int primes_below(int limit) {
  constexpr int parts = 8;
  weft::chan<int> counts(parts);
  for (int part = 0; part < parts; ++part) {
    weft::go([=] {
      int count = 0;
      for (int n = part; n < limit; n += parts) count += is_prime(n);
      counts.send(count);
    });
  }
  int total = 0;
  for (int part = 0; part < parts; ++part) total += counts.recv().value();
  return total;
}

int main() {
  return weft::run([] {
    for (int workers : {1, weft::num_cpu()}) {
      weft::gomaxprocs(workers);
      auto start = weft::clock::now();
      int primes = primes_below(400'000);
      std::chrono::duration<double, std::milli> taken = weft::clock::now() - start;
      std::printf("workers: %d, primes: %d, %.1f ms\n", workers, primes, taken.count());
    }
  });
}

// SPDX-License-Identifier: Apache-2.0
//
// To end the tour, the classic of communicating processes: the prime sieve. A generator sends 2, 3, 4 ...; each prime
// that comes out at the far end adds a goroutine that lets through only what it does not divide. Goroutines are a free
// resource, and the chain grows by one with every prime.
//
// sentence: a chain of goroutines sieves the primes
// engines: both
// expect-exit: 0
// expect-output-exact:
//   2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71
//   goroutines in the chain: 22
#include <weft/weft.hpp>

#include <cstdio>

void generate(weft::sender<int> out) {
  for (int n = 2;; ++n) out.send(n);
}

void filter(weft::receiver<int> in, weft::sender<int> out, int prime) {
  for (int n : in) {
    if (n % prime != 0) out.send(n);
  }
}

int main() {
  return weft::run([] {
    weft::chan<int> numbers;
    weft::go([=] { generate(numbers); });
    for (int found = 1; found <= 20; ++found) {
      int prime = numbers.recv().value();
      std::printf("%d%s", prime, found < 20 ? " " : "\n");

      weft::chan<int> sieved;
      weft::go([=] { filter(numbers, sieved, prime); });
      numbers = sieved;
    }
    std::printf("goroutines in the chain: %zu\n", weft::num_goroutine());
  });
}

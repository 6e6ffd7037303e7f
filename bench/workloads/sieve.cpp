// SPDX-License-Identifier: Apache-2.0
//
// What does a long chain of goroutines cost, of which most wait? The prime sieve: the numbers pass through one filter
// for each prime found so far, over channels without a buffer, up to the n-th prime. Operation: a prime (of the first
// 2000 each costs 1,370 sends and receives). Checksum: the sum of the primes.
#include "../harness.hpp"
#include "../primes.hpp"
#include "weft/weft.hpp"

namespace {

using line = weft::chan<bench::count>;

bench::count sieve(bench::count n) {
  line in;
  weft::go([in, last = bench::prime(n)] {
    for (bench::count i = 2; i <= last; ++i) in.send(i);
    in.close();
  });
  bench::count sum = 0;
  while (const auto prime = in.recv()) {
    sum += *prime;
    const line out;
    weft::go([in, out, p = *prime] {
      for (bench::count i : in) {
        if (i % p != 0) out.send(i);
      }
      out.close();
    });
    in = out;
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 2'000);
  return weft::run([&] { return bench::measure("sieve", plan, sieve, bench::sum_of_primes(plan.n)); });
}

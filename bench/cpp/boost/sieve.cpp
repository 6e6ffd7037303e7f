// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../../workloads/sieve.cpp. Not for threads: two thousand of them would be given fewer primes,
// which cost less each.
#include <memory>
#include <vector>

#include "../../harness.hpp"
#include "../../primes.hpp"
#include "api.hpp"

namespace {

bench::count sieve(bench::count n) {
  using line = std::shared_ptr<peer::unbuffered>;
  std::vector<decltype(peer::spawn([] {}))> all;
  line in = std::make_shared<peer::unbuffered>();
  all.push_back(peer::spawn([in, last = bench::prime(n)] {
    for (bench::count i = 2; i <= last; ++i) in->send(i);
    in->close();
  }));
  bench::count sum = 0;
  while (const auto prime = in->recv()) {
    sum += *prime;
    const line out = std::make_shared<peer::unbuffered>();
    all.push_back(peer::spawn([in, out, p = *prime] {
      while (const auto i = in->recv()) {
        if (*i % p != 0) out->send(*i);
      }
      out->close();
    }));
    in = out;
  }
  for (auto& one : all) one.join();
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 2'000);
  return peer::run([&] { return bench::measure("sieve", plan, sieve, bench::sum_of_primes(plan.n)); });
}

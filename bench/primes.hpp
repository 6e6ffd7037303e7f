// SPDX-License-Identifier: Apache-2.0
//
// The first primes, found without goroutines: where a sieve of them ends, and what its checksum must be.
#pragma once

#include <vector>

#include "harness.hpp"

namespace bench {

inline std::vector<count> first_primes(count n) {
  std::vector<count> found;
  for (count i = 2; static_cast<count>(found.size()) < n; ++i) {
    bool is_prime = true;
    for (const count p : found) {
      if (p * p > i || !is_prime) break;
      is_prime = i % p != 0;
    }
    if (is_prime) found.push_back(i);
  }
  return found;
}

/// The n-th, of which 2 is the first.
inline count prime(count n) { return first_primes(n).back(); }

inline count sum_of_primes(count n) {
  count sum = 0;
  for (const count p : first_primes(n)) sum += p;
  return sum;
}

}  // namespace bench

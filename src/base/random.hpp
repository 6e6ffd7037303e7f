// SPDX-License-Identifier: Apache-2.0
//
// The door to randomness. Every choice that weft makes at random (which case of a select, which worker to steal from,
// which goroutine runs next under sim) is drawn from a random_source, and a source is a function of its seed: a
// failure is a seed.
//
// The generator is xoshiro256++ (Blackman and Vigna 2019, https://prng.di.unimi.it), 32 bytes of state and about a
// nanosecond a draw; splitmix64 spreads the seed over the state, so that seeds 1, 2, 3 give unrelated sequences.
// Not for secrets.
//
// Rejected: std::mt19937_64 (2.5 KB of state per worker) and std::uniform_int_distribution (its result differs between
// standard libraries, so a seed would not reproduce elsewhere).
#pragma once

#include <cstdint>

namespace weft::detail {

/// A seed that no two processes share, from the kernel (os/entropy.cpp).
[[nodiscard]] std::uint64_t entropy() noexcept;

/// One sequence of random bits. Not synchronised: each worker has its own.
class random_source {
 public:
  explicit random_source(std::uint64_t seed) noexcept {
    for (std::uint64_t& word : state_) word = splitmix(seed);
  }

  [[nodiscard]] std::uint64_t next() noexcept {
    const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  /// A number in [0, n), each equally likely; n > 0. Lemire 2019, "Fast random integer generation in an interval":
  /// the high half of a product, drawn again only where the low half falls in the uneven remainder.
  [[nodiscard]] std::uint32_t below(std::uint32_t n) noexcept {
    std::uint64_t product = (next() >> 32) * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint32_t uneven = -n % n;
      while (static_cast<std::uint32_t>(product) < uneven) product = (next() >> 32) * n;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  static std::uint64_t rotate(std::uint64_t x, int by) noexcept { return (x << by) | (x >> (64 - by)); }

  static std::uint64_t splitmix(std::uint64_t& seed) noexcept {
    std::uint64_t z = (seed += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::uint64_t state_[4];
};

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
//
// The system call behind random.hpp's entropy(). getrandom can fail on a kernel without it or under a strict filter;
// then the time and an address, which differ from process to process, must do: nothing here is a secret.
#include <sys/random.h>

#include "base/random.hpp"
#include "os/clock.hpp"

namespace weft::detail {

std::uint64_t entropy() noexcept {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, GRND_NONBLOCK) == sizeof bits) return bits;
  return static_cast<std::uint64_t>(monotonic_ns()) ^ (reinterpret_cast<std::uintptr_t>(&bits) << 20);
}

}  // namespace weft::detail

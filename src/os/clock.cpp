// SPDX-License-Identifier: Apache-2.0
#include "os/clock.hpp"

#include <ctime>

namespace weft::detail {
namespace {

std::int64_t read(clockid_t which) noexcept {
  timespec now;
  ::clock_gettime(which, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

std::int64_t monotonic_ns() noexcept { return read(CLOCK_MONOTONIC); }
std::int64_t coarse_monotonic_ns() noexcept { return read(CLOCK_MONOTONIC_COARSE); }

}  // namespace weft::detail

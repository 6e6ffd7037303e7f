// SPDX-License-Identifier: Apache-2.0
#include "os/fault.hpp"

#include <cstdlib>
#include <cstring>

#include "weft/detail/atomic.hpp"

namespace weft::detail {
namespace {

constexpr const char* names[] = {"thread:", "stack:"};

int from_environment(fault what) noexcept {
  const char* setting = std::getenv("WEFT_FAULT");
  const char* name = names[static_cast<int>(what)];
  const char* found = setting == nullptr ? nullptr : std::strstr(setting, name);
  return found == nullptr ? -1 : std::atoi(found + std::strlen(name));
}

/// How many more requests succeed, negative for any number; written by whoever asks or sets.
atomic<int>& successes_left(fault what) noexcept {
  static atomic<int> left[] = {from_environment(fault::thread), from_environment(fault::stack)};
  return left[static_cast<int>(what)];
}

}  // namespace

bool fault_due(fault what) noexcept {
  atomic<int>& left = successes_left(what);
  for (int now = left.load(); now >= 0;) {
    if (now == 0) return true;
    if (left.compare_exchange_weak(now, now - 1)) return false;
  }
  return false;
}

void set_fault(fault what, int successes) noexcept { successes_left(what).store(successes); }

}  // namespace weft::detail

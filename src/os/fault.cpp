// SPDX-License-Identifier: Apache-2.0
#include "os/fault.hpp"

#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "weft/detail/atomic.hpp"

namespace weft::detail {
namespace {

constexpr const char* names[] = {"thread:", "stack:"};

int successes_in(const char* setting, fault what) noexcept {
  const char* name = names[static_cast<int>(what)];
  const char* found = setting == nullptr ? nullptr : std::strstr(setting, name);
  return found == nullptr ? -1 : std::atoi(found + std::strlen(name));
}

/// How many more requests succeed, negative for any number; written by whoever asks or sets.
atomic<int>& successes_left(fault what) noexcept {
  static const char* const setting = std::getenv("WEFT_FAULT");
  static atomic<int> left[] = {successes_in(setting, fault::thread), successes_in(setting, fault::stack)};
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

void set_faults(const char* setting) noexcept {
  for (const fault what : {fault::thread, fault::stack}) set_fault(what, successes_in(setting, what));
}

void set_fault(fault what, int successes) noexcept { successes_left(what).store(successes); }

}  // namespace weft::detail

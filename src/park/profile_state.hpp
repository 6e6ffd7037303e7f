// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the profiles share: profiles.cpp collects, save_profiles.cpp is the API.
#pragma once

#include <cstdint>

#include "park/goroutine.hpp"
#include "trace/stack_table.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

struct kept_profile {
  word_lock lock;
  stack_table table;  // under lock

  /// False: no memory.
  [[nodiscard]] bool open() noexcept;

  void clear() noexcept {
    lock.lock();
    for (std::size_t i = 0; i < table.capacity; ++i) table.entries[i] = {};
    lock.unlock();
  }

  void add(const stack_entry& seen) noexcept {
    lock.lock();
    table.add(seen);
    lock.unlock();
  }
};

struct profile_state {
  atomic<std::uint64_t> block_rate{0};      // ns; relaxed: a setting
  atomic<std::uint64_t> mutex_fraction{0};  // relaxed: a setting
  kept_profile blocks, mutexes, processor;
  atomic<bool> cpu_on{false};
  std::int64_t cpu_since = 0;  // by who has set cpu_on
  int cpu_rate = 0;            // likewise, before the first sample
};

[[nodiscard]] profile_state& profiles() noexcept;

/// The tags of a stack.
void describe(stack_entry& entry, const goroutine& g) noexcept;

}  // namespace weft::detail

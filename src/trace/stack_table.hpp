// SPDX-License-Identifier: Apache-2.0
//
// Stacks that were seen, each once, with how often and a sum: what profiles are made of. The memory is brought by
// whoever makes it, and nothing else is allocated, so that a signal handler may add to it; a stack that finds no room
// is counted only. Not thread-safe: its owner has a lock.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

struct stack_entry {
  static constexpr std::size_t most_frames = 32;

  std::uint64_t count = 0;  // 0: not used
  std::uint64_t sum = 0;
  const char* label = nullptr;  // of the goroutine
  const char* file = nullptr;   // where it was started
  std::uint32_t line = 0;
  std::uint32_t depth = 0;
  void* frames[most_frames] = {};  // the innermost first

  [[nodiscard]] bool same_stack(const stack_entry& other) const noexcept {
    bool same = label == other.label && file == other.file && line == other.line && depth == other.depth;
    for (std::uint32_t i = 0; same && i < depth; ++i) same = frames[i] == other.frames[i];
    return same;
  }

  [[nodiscard]] std::uint64_t hash() const noexcept {
    std::uint64_t h = depth + line;
    const auto mix = [&](const void* p) { h = (h ^ reinterpret_cast<std::uintptr_t>(p)) * 0x9e3779b97f4a7c15; };
    mix(label);
    mix(file);
    for (std::uint32_t i = 0; i < depth; ++i) mix(frames[i]);
    return h ^ h >> 32;
  }
};

struct stack_table {
  stack_entry* entries = nullptr;  // `capacity` of them, zero
  std::size_t capacity = 0;        // a power of two
  std::uint64_t lost = 0;

  /// Adds the entry's count and sum to those of its stack.
  void add(const stack_entry& seen) noexcept {
    constexpr std::size_t most_steps = 64;
    const std::uint64_t h = seen.hash();
    for (std::size_t step = 0; step < most_steps && step < capacity; ++step) {
      stack_entry& at = entries[(h + step) & (capacity - 1)];
      if (at.count == 0) {
        at = seen;
        return;
      }
      if (!at.same_stack(seen)) continue;
      at.count += seen.count;
      at.sum += seen.sum;
      return;
    }
    lost += seen.count;
  }
};

}  // namespace weft::detail

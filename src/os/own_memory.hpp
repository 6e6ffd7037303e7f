// SPDX-License-Identifier: Apache-2.0
//
// All memory of the process that could hold a pointer, word by word, read without the danger of a fault.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "os/stack.hpp"

namespace weft::detail {

/// From `begin` to before `end`. Kept inverted, so that whoever looks for pointers does not find these.
class hidden_range {
 public:
  hidden_range() noexcept = default;
  hidden_range(std::uintptr_t begin, std::uintptr_t end) noexcept : begin_(~begin), end_(~end) {}
  hidden_range(const void* begin, std::size_t size) noexcept
      : hidden_range(reinterpret_cast<std::uintptr_t>(begin), reinterpret_cast<std::uintptr_t>(begin) + size) {}

  [[nodiscard]] std::uintptr_t begin() const noexcept { return ~begin_; }
  [[nodiscard]] std::uintptr_t end() const noexcept { return ~end_; }
  [[nodiscard]] bool holds(std::uintptr_t address) const noexcept { return address >= begin() && address < end(); }

 private:
  std::uintptr_t begin_ = ~std::uintptr_t{0};
  std::uintptr_t end_ = ~std::uintptr_t{0};
};

/// Calls visit(arg, at, word) for each aligned word of readable memory but that in `left_out`, which is in order and
/// does not overlap; `at` is its address. Pages that were never touched are passed over. False: the kernel does not
/// tell, or there is more than `most` bytes of it. Other threads must not change what matters meanwhile.
[[nodiscard]] bool visit_own_memory(std::span<const hidden_range> left_out, std::size_t most,
                                    void (*visit)(void* arg, std::uintptr_t at, std::uintptr_t word), void* arg);

/// Calls visit(arg, word) for what the program has left with the kernel in sets of epoll, to be given back. Allocates.
/// False: that could not be read.
[[nodiscard]] bool visit_kernel_words(void (*visit)(void* arg, std::uintptr_t word), void* arg);

/// The regions from which stacks are taken (stack.cpp), up to `n`; returns how many there are.
std::size_t stack_regions(stack* out, std::size_t n) noexcept;

}  // namespace weft::detail

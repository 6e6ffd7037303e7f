// SPDX-License-Identifier: Apache-2.0
//
// Counts what goes through operator new. It replaces the operators of the whole program, so one source of it includes
// this; sanitizers have operators of their own, and cannot be combined with it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

inline std::atomic<long> allocations{0};

inline void* counted_allocation(std::size_t bytes) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(bytes);
}

/// The fewest that `f` made in several tries: on a busy machine the runtime may start a thread, which allocates, while an
/// operation that allocates does so every time.
template <class F>
long fewest_allocations(F f) {
  constexpr int tries = 5;
  long fewest = -1;
  for (int i = 0; i < tries && fewest != 0; ++i) {
    const long before = allocations;
    f();
    const long made = allocations - before;
    if (fewest < 0 || made < fewest) fewest = made;
  }
  return fewest;
}

void* operator new(std::size_t bytes) {
  if (void* const memory = counted_allocation(bytes); memory != nullptr) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t bytes) { return operator new(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return counted_allocation(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

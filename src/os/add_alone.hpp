// SPDX-License-Identifier: Apache-2.0
//
// Counting where one thread writes and others may read.
//
// A relaxed load and a relaxed store are what is meant, and what ThreadSanitizer is shown. Compilers make three
// instructions of that; on x86 one does it, without the lock prefix that would make it atomic for a second writer.
#pragma once

#include "os/fiber_annotations.hpp"
#include "weft/detail/atomic.hpp"

namespace weft::detail {

/// Adds to a counter that nobody else writes meanwhile.
template <class T>
[[gnu::always_inline]] inline void add_alone(atomic<T>& counter, T n) noexcept {
  static_assert(sizeof(counter) == sizeof(T) && (sizeof(T) == 4 || sizeof(T) == 8));
#if defined(__x86_64__)
  if constexpr (!tsan_on) {
    T& word = reinterpret_cast<T&>(counter);
    if constexpr (sizeof(T) == 4)
      __asm__ __volatile__("addl %1, %0" : "+m"(word) : "er"(n) : "cc");
    else
      __asm__ __volatile__("addq %1, %0" : "+m"(word) : "er"(n) : "cc");
    return;
  }
#endif
  counter.store(counter.load(memory_order_relaxed) + n, memory_order_relaxed);  // pairs with nothing: a count
}

}  // namespace weft::detail

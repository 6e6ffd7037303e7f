// SPDX-License-Identifier: Apache-2.0
// floor 0
//
// The door to atomics. Everything in weft names `weft::detail::atomic`, never std::atomic, so that the model checker
// (test/model) can put its own type behind the same name and enumerate what the memory model allows.
//
// There are no bare fences: ThreadSanitizer does not model them. Where a store must be ordered before a later load of
// another word, either both accesses are seq_cst, or the pair is asymmetric: `light_fence` on the hot side costs
// nothing, `heavy_fence` (os/membarrier.hpp) on the cold side makes every thread of the process pass a full barrier.
#pragma once

#ifdef WEFT_MODEL
#include "model/atomic.hpp"
#else

#include <atomic>

namespace weft::detail {

template <class T>
using atomic = std::atomic<T>;

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

/// The processor's hint that this thread spins.
inline void spin_pause() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

}  // namespace weft::detail

#endif

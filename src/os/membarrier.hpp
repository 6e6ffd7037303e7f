// SPDX-License-Identifier: Apache-2.0
//
// The asymmetric fence. Two threads each store to one word and then load the other's (Dekker's pattern): both need a
// full fence in between, or both may miss the other's store. When one side is hot and the other rare, the hot side can
// do with a fence for the compiler only, if the rare side makes every running thread of the process pass a full
// barrier: membarrier(PRIVATE_EXPEDITED), about 0.1 us alone and 12 us with another core busy.
//
//   hot:   x.store(1, relaxed); light_fence(); y.load(relaxed)
//   rare:  y.store(1, relaxed); heavy_fence(); x.load(relaxed)     at least one of them sees the other's 1
//
// States of `fences_are_full`: true until the process is registered with the kernel, then false; if the kernel has no
// such call, true for ever, and both fences are ordinary full ones. While it is true a light fence is a real one, so
// there is no moment at which the pair does not hold: whoever reads false does so after the registration, and every
// heavy fence that could miss a real one issues the system call.
#pragma once

#include "weft/detail/atomic.hpp"

namespace weft::detail {

#ifdef WEFT_MODEL

inline void light_fence() noexcept { weft::model::light_fence(); }
inline void sure_light_fence() noexcept { weft::model::light_fence(); }
inline void heavy_fence() noexcept { weft::model::heavy_fence(); }

#else

extern atomic<bool> fences_are_full;  // written by membarrier.cpp

/// A full barrier for this thread only. Inline, so that who calls it rarely need not save registers around it. Why not
/// atomic_thread_fence: ThreadSanitizer does not model it, and g++ says so as a warning.
inline void full_fence() noexcept {
#if defined(__x86_64__)
  __asm__ __volatile__("mfence" : : : "memory");
#else
  __asm__ __volatile__("dmb ish" : : : "memory");
#endif
}

/// The hot side: costs one load. Pairs with heavy_fence in another thread.
inline void light_fence() noexcept {
  // relaxed, pairs: register_process; a thread that reads the old value only fences more than it has to.
  if (__builtin_expect(fences_are_full.load(memory_order_relaxed), 0)) full_fence();
  __asm__ __volatile__("" : : : "memory");
}

/// The same for who knows that fences are not full: has seen a word that says so, written by who has read it.
inline void sure_light_fence() noexcept { __asm__ __volatile__("" : : : "memory"); }

/// The rare side. Pairs with light_fence in every other thread. Registers the process when first called.
void heavy_fence() noexcept;

#endif

}  // namespace weft::detail

// SPDX-License-Identifier: Apache-2.0
#include "os/membarrier.hpp"

#ifndef WEFT_MODEL

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft::detail {

atomic<bool> fences_are_full{true};

namespace {

bool membarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0, 0) == 0; }

/// Any number of threads may do this at once, and more than once: the kernel does not mind.
bool register_process() noexcept {
  if (!membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)) return false;
  fences_are_full.store(false, memory_order_relaxed);  // pairs: light_fence
  return true;
}

}  // namespace

void heavy_fence() noexcept {
  // relaxed: a stale `true` registers once more.
  const bool registered = !fences_are_full.load(memory_order_relaxed) || register_process();
  if (registered && membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) return;
  full_fence();
}

}  // namespace weft::detail

#endif

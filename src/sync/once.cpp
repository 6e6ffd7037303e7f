// SPDX-License-Identifier: Apache-2.0
//
// fresh -> running (begin, by the first) -> done (finish, by the same). The tempting `if (!exchange(true)) f();` is
// wrong: the second caller would return while the first is still running f.
#include "weft/once.hpp"

namespace weft {

using namespace detail;

bool once::begin() {
  queue_.lock();
  switch (state_.load(memory_order_relaxed)) {  // relaxed: lock held
    case fresh:
      state_.store(running, memory_order_relaxed);
      queue_.unlock();
      return true;
    case running: queue_.park_at_back(wait_reason::once, this); return false;
    default: queue_.unlock(); return false;
  }
}

void once::finish() noexcept {
  queue_.lock();
  state_.store(done, memory_order_release);  // pairs with call's first load
  queue_.release_all(true);
}

}  // namespace weft

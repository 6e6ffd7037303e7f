// SPDX-License-Identifier: Apache-2.0
//
// fresh -> running (begin, by the first) -> done (finish, by the same). The tempting `if (!exchange(true)) f();` is
// wrong: the second caller would return while the first is still running f.
//
// Memory ordering: the store of `done` releases and call's first look acquires. Other accesses hold the queue's lock.
#include "weft/once.hpp"

namespace weft {

using namespace detail;

bool once::begin() {
  queue_.lock();
  const std::uint32_t state = state_.load(memory_order_relaxed);
  if (state == running) {
    queue_.park_at_back(wait_reason::once, this);
    return false;
  }
  if (state == fresh) state_.store(running, memory_order_relaxed);
  queue_.unlock();
  return state == fresh;
}

void once::finish() noexcept {
  queue_.lock();
  state_.store(done, memory_order_release);
  queue_.release_all(true);
}

}  // namespace weft

// SPDX-License-Identifier: Apache-2.0
//
// fresh -> running (begin, by the first) -> done (finish, by the same). The tempting `if (!exchange(true)) f();` is
// wrong: the second caller would return while the first is still running f.
//
// Nobody gets past finish(), whose last touch is to free the queue's lock: who sees `done` sees that lock taken, and
// returns at once only if it is free; else it goes through the lock. So who has returned may destroy the once.
//
// Memory ordering: the store of `done` releases and call's first look acquires. Other accesses hold the queue's lock.
#include "weft/once.hpp"

#include "weft/detail/wait_edge.hpp"

namespace weft {

using namespace detail;

/// Lock held.
bool once::begin_locked() noexcept {
  if (state_.load(memory_order_relaxed) != fresh) return false;
  state_.store(running, memory_order_relaxed);
  owner_.take_slowly();
  return true;
}

bool once::begin() {
  wait_edge edge(nullptr, wait_reason::once, this, owner_);
  if (state_.load(memory_order_relaxed) == running) edge.announce();
  queue_.lock();
  if (state_.load(memory_order_relaxed) == running) {
    bool unused = false;
    static_cast<void>(queue_.park(queue_end::back, wait_reason::once, this, nullptr, unused, nullptr,
                                  edge.listed() ? &edge : nullptr));
    return false;
  }
  const bool first = begin_locked();
  queue_.unlock();
  return first;
}

wait_end once::begin(const wait_limit& limit, bool& first) {
  queue_.lock();
  wait_end end = wait_end::completed;
  if (state_.load(memory_order_relaxed) == running) {
    bool unused = false;
    end = limit.passed() ? wait_end::timed_out : queue_.park_at_back(wait_reason::once, this, limit, unused);
    if (end == wait_end::completed) return end;
  } else {
    first = begin_locked();
  }
  queue_.unlock();
  return end;
}

void once::finish() noexcept {
  queue_.lock();
  owner_.leave();
  state_.store(done, memory_order_release);
  queue_.release_all(true);
}

}  // namespace weft
